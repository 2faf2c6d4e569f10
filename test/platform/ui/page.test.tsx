// Whole pages: the frame, what a strict content security policy needs of them, and the parts of lists.
import { describe, expect, test } from "bun:test";
import {
  addressOf,
  AutoPost,
  Avatar,
  DataTable,
  FramePage,
  Layout,
  Notice,
  Pager,
  type PageView,
  SearchBox,
  Tabs,
  Time,
} from "#platform/ui/index.ts";
import { elementOf, elementsOf, htmlOf } from "./html.ts";

const view: PageView = {
  path: "/users",
  nonce: "n0nce",
  tenant: { name: "Acme <Robots>", accent: "#e11d48" },
  viewer: {
    name: "Ada Lovelace",
    email: "ada@acme.example",
    theme: "dark",
    zone: "Europe/Berlin",
    takesZone: false,
  },
  notice: { kind: "success", text: "Saved & sent" },
  nav: [
    { href: "/apps", label: "My apps", icon: "apps", current: false },
    { href: "/users", label: "People", icon: "users", current: true, section: "Directory" },
  ],
};
const page = () =>
  htmlOf(
    <Layout view={view} title="People">
      <h1>People</h1>
    </Layout>,
  );

describe("Layout", () => {
  test("is a document in the viewer's theme with the tenant's name in its title", async () => {
    const html = await page();
    expect(html).toStartWith("<!doctype html><html");
    expect((await elementOf(html, "html")).attributes).toMatchObject({
      lang: "en",
      "data-theme": "dark",
    });
    expect((await elementOf(html, "title")).text).toBe("People · Acme &lt;Robots&gt;");
  });

  test("gives every script the nonce and a file, and has no inline script, style or handler", async () => {
    const html = await page();
    for (const { attributes, text } of await elementsOf(html, "script")) {
      expect(attributes["nonce"]).toBe("n0nce");
      expect(attributes["src"]).toStartWith("/assets/");
      expect(text).toBe("");
    }
    expect(await elementsOf(html, "style, [style], [onclick], [onsubmit], [onload]")).toEqual([]);
  });

  test("loads the accent from a file of its own colour", async () => {
    const sheets = await elementsOf(await page(), "link[rel=stylesheet]");
    expect(sheets.map(({ attributes }) => attributes["href"])).toEqual([
      expect.stringMatching(/^\/assets\/app\.css\?v=[0-9a-f]{12}$/),
      "/assets/accent/e11d48.css",
    ]);
  });

  test("marks the current entry of the navigation", async () => {
    const current = await elementsOf(await page(), ".nav-side a[aria-current=page]");
    expect(current.map(({ attributes }) => attributes["href"])).toEqual(["/users"]);
  });

  test("puts the notice into a live region at the top of the content", async () => {
    const html = await page();
    expect((await elementOf(html, "main > #notices")).attributes["aria-live"]).toBe("polite");
    expect(html).toContain("Saved &amp; sent");
  });

  test("signs out by a post, never by a link", async () => {
    const html = await page();
    expect(await elementsOf(html, "a[href='/sign-out']")).toEqual([]);
    expect((await elementOf(html, "form[action='/sign-out']")).attributes["method"]).toBe("post");
  });

  test("leads past the navigation by its first link", async () => {
    const [first] = await elementsOf(await page(), "a");
    expect(first?.attributes["href"]).toBe("#main");
  });
});

describe("FramePage", () => {
  test("has neither navigation nor account menu", async () => {
    const html = await htmlOf(<FramePage view={{ ...view, viewer: null }} title="Sign in" />);
    expect(await elementsOf(html, "nav, .account")).toEqual([]);
    expect((await elementOf(html, "html")).attributes["data-theme"]).toBe("system");
  });
});

describe("AutoPost", () => {
  test("carries its values escaped and can be sent by hand", async () => {
    const html = await htmlOf(
      <AutoPost
        action="https://app.example/acs"
        values={{ SAMLResponse: "PHg+", RelayState: `"><b>` }}
      />,
    );
    expect((await elementOf(html, "form")).attributes["action"]).toBe("https://app.example/acs");
    expect(html).toContain(`value="&quot;&gt;&lt;b&gt;"`);
    expect((await elementOf(html, "button")).attributes["type"]).toBe("submit");
  });
});

describe("DataTable", () => {
  const rows = [{ id: "1", name: "<i>Ada</i>", groups: 2 }];
  const table = htmlOf(
    <DataTable
      caption="People"
      rows={rows}
      href={(row) => `/users/${row.id}`}
      columns={[
        { label: "Name", cell: (row) => row.name },
        { label: "Groups", cell: (row) => row.groups, align: "end" },
      ]}
    />,
  );

  test("stays a table for screen readers when it is shown as cards", async () => {
    const html = await table;
    expect((await elementOf(html, "caption")).text).toBe("People");
    expect((await elementOf(html, "td[role=cell]")).attributes["data-label"]).toBe("Groups");
    expect((await elementOf(html, "tbody th")).attributes).toMatchObject({
      role: "rowheader",
      scope: "row",
    });
  });

  test("links the first cell and escapes it", async () => {
    const html = await table;
    expect((await elementOf(html, "a.row-link")).attributes["href"]).toBe("/users/1");
    expect(html).not.toContain("<i>");
  });
});

describe("Pager and SearchBox", () => {
  test("keep the filters of the list", async () => {
    const html = await htmlOf(
      <Pager path="/users" query={{ q: "a&b", state: "" }} next="c/1" region="user-list" />,
    );
    expect((await elementOf(html, "a")).attributes).toMatchObject({
      href: "/users?q=a%26b&amp;cursor=c%2F1",
      "hx-get": "/users?q=a%26b&amp;cursor=c%2F1",
      "hx-target": "#user-list",
    });
  });

  test("lead back to the first page where the list cannot tell the previous one", async () => {
    const html = await htmlOf(<Pager path="/users" query={{ q: "a", cursor: "x" }} next={null} />);
    expect((await elementOf(html, "a")).attributes["href"]).toBe("/users?q=a");
  });

  test("show nothing for a list of one page", async () => {
    expect(await htmlOf(<Pager path="/users" next={null} />)).toBe("");
  });

  test("search by a form that works without script", async () => {
    const html = await htmlOf(
      <SearchBox
        action="/users"
        label="Search people"
        value={`"a`}
        keep={{ state: "active" }}
        region="user-list"
      />,
    );
    expect((await elementOf(html, "form")).attributes).toMatchObject({
      method: "get",
      action: "/users",
      role: "search",
      "hx-target": "#user-list",
    });
    expect((await elementOf(html, "input[type=search]")).attributes["value"]).toBe("&quot;a");
    expect((await elementOf(html, "input[type=hidden]")).attributes).toMatchObject({
      name: "state",
      value: "active",
    });
    expect(await elementsOf(html, "button[type=submit]")).toHaveLength(1);
  });

  test("leave empty parameters out of addresses", () => {
    expect(addressOf("/users", { q: "", cursor: null, limit: 20 })).toBe("/users?limit=20");
    expect(addressOf("/users", {})).toBe("/users");
  });
});

describe("Notice", () => {
  test("interrupts a screen reader only for an error", async () => {
    expect(
      await elementsOf(await htmlOf(<Notice kind="error">No</Notice>), "[role=alert]"),
    ).toHaveLength(1);
    expect(
      await elementsOf(await htmlOf(<Notice kind="success">Yes</Notice>), "[role=alert]"),
    ).toEqual([]);
  });
});

describe("Tabs", () => {
  test("are links, one of them current", async () => {
    const html = await htmlOf(
      <Tabs
        label="Application"
        items={[
          { href: "/a", label: "Overview", current: true },
          { href: "/b", label: "Access", current: false, count: 3 },
        ]}
      />,
    );
    expect((await elementOf(html, "[aria-current=page]")).attributes["href"]).toBe("/a");
  });
});

describe("Time", () => {
  test("shows the viewer's zone and carries the UTC instant", async () => {
    const html = await htmlOf(<Time at="2026-11-23T22:30:00Z" zone="Asia/Tokyo" />);
    const { attributes, text } = await elementOf(html, "time");
    expect(attributes["datetime"]).toBe("2026-11-23T22:30:00.000Z");
    expect(text).toBe("24 Nov 2026, 07:30");
  });

  test("counts from the given now", async () => {
    const now = new Date("2026-11-23T22:30:00Z");
    const relative = async (at: string) =>
      (
        await elementOf(
          await htmlOf(<Time at={at} zone="UTC" format="relative" now={now} />),
          "time",
        )
      ).text;
    expect(await relative("2026-11-23T22:29:50Z")).toBe("now");
    expect(await relative("2026-11-23T19:00:00Z")).toBe("3 hours ago");
    expect(await relative("2026-11-25T22:30:00Z")).toBe("in 2 days");
  });

  test("survives a zone that does not exist", async () => {
    const html = await htmlOf(<Time at="2026-11-23T22:30:00Z" zone="Mars/Olympus" />);
    expect((await elementOf(html, "time")).text).toBe("23 Nov 2026, 22:30");
  });
});

describe("Avatar", () => {
  test("takes the first letters of the first and the last name, in any script", async () => {
    const letters = async (name: string) =>
      (await elementOf(await htmlOf(<Avatar name={name} />), "span")).text;
    expect(await letters("Edsger W. Dijkstra")).toBe("ED");
    expect(await letters("李 小龍")).toBe("李小");
    expect(await letters("👩‍🚀 Ada")).toBe("👩‍🚀A");
    expect(await letters("")).toBe("");
  });
});
