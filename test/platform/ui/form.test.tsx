// Forms: methods, kept values, problems and their wiring.
import { describe, expect, test } from "bun:test";
import {
  ActionButton,
  Checkbox,
  ConfirmDialog,
  Field,
  Form,
  formTarget,
  type Problems,
  Radios,
  Select,
} from "#platform/ui/index.ts";
import { elementOf, elementsOf, htmlOf } from "./html.ts";

const attack = `"><script>alert(1)</script>`;

const sample = (values: Record<string, unknown> = {}, problems: Problems = {}) =>
  htmlOf(
    <Form id="person" action="/people" values={values} problems={problems} submit="Save">
      <Field label="Name" name="name" hint="As colleagues know it" />
      <Field label="E-mail address" name="email" type="email" autocomplete="email" />
      <Field label="Password" name="password" type="password" />
      <Field label="About" name="about" type="textarea" />
      <Select label="Role" name="role" options={[option("member"), option("admin")]} />
      <Radios label="Theme" name="theme" options={[option("light"), option("dark")]} />
      <Checkbox label="Send an invitation" name="invite" />
      <Checkbox label="Finance" name="groups" value="finance" />
      <Checkbox label="Sales" name="groups" value="sales" />
    </Form>,
  );
const option = (value: string) => ({ value, label: value });

describe("formTarget", () => {
  test("leaves GET and POST alone", () => {
    expect(formTarget("/a?b=c", "get")).toEqual({ method: "get", action: "/a?b=c" });
    expect(formTarget("/a", "post")).toEqual({ method: "post", action: "/a" });
  });

  test("posts other methods with the method in the address", () => {
    expect(formTarget("/a", "put")).toEqual({ method: "post", action: "/a?_method=put" });
    expect(formTarget("/a?b=c", "delete")).toEqual({
      method: "post",
      action: "/a?b=c&_method=delete",
    });
    expect(formTarget("/a#part", "patch")).toEqual({
      method: "post",
      action: "/a?_method=patch#part",
    });
  });
});

describe("Form", () => {
  test("sends a delete as a post, also through htmx", async () => {
    const html = await htmlOf(
      <Form id="f" action="/people/1" method="delete" submit="Delete" enhance />,
    );
    const { attributes } = await elementOf(html, "form");
    expect(attributes).toMatchObject({
      method: "post",
      action: "/people/1?_method=delete",
      "hx-post": "/people/1?_method=delete",
      "hx-target": "this",
      "hx-sync": "this:drop",
    });
  });

  test("has no htmx attributes unless asked", async () => {
    const { attributes } = await elementOf(await sample(), "form");
    expect(Object.keys(attributes).filter((name) => name.startsWith("hx-"))).toEqual([]);
  });

  test("keeps what was typed", async () => {
    const html = await sample({
      name: "Ada",
      about: "Numbers",
      role: "admin",
      theme: "dark",
      invite: "on",
      groups: ["sales"],
    });
    expect((await elementOf(html, "#person-name")).attributes["value"]).toBe("Ada");
    expect((await elementOf(html, "textarea")).text).toBe("Numbers");
    expect((await elementOf(html, "option[selected]")).attributes["value"]).toBe("admin");
    expect((await elementOf(html, "input[type=radio][checked]")).attributes["value"]).toBe("dark");
    const ticked = await elementsOf(html, "input[type=checkbox][checked]");
    expect(ticked.map(({ attributes }) => attributes["value"])).toEqual(["on", "sales"]);
  });

  test("never shows a password again", async () => {
    expect(await sample({ password: "correct horse" }, { password: "Too short" })).not.toContain(
      "correct horse",
    );
  });

  test("escapes what was typed, problems and labels", async () => {
    const html = await sample(
      { name: attack, about: "</textarea><script>" },
      { name: attack, "": attack },
    );
    expect(html).not.toContain("<script>");
    expect(html).toContain("&quot;&gt;&lt;script&gt;");
  });

  test("lists the problems at the top, each leading to its field", async () => {
    const html = await sample({}, { email: "Enter an e-mail address", theme: "Choose a theme" });
    expect(html).toContain("2 things need attention");
    const links = await elementsOf(html, ".error-summary a");
    expect(links.map(({ attributes, text }) => [attributes["href"], text])).toEqual([
      ["#person-email", "Enter an e-mail address"],
      ["#person-theme", "Choose a theme"],
    ]);
    for (const { attributes } of links) await elementOf(html, attributes["href"]!);
    expect((await elementOf(html, ".error-summary")).attributes["role"]).toBe("alert");
  });

  test("says a problem of the whole form without a link", async () => {
    const html = await sample({}, { "": "That code is not right" });
    expect(await elementsOf(html, ".error-summary a")).toEqual([]);
    expect((await elementOf(html, ".error-summary li")).text).toBe("That code is not right");
  });

  test("has no summary while nothing is wrong", async () => {
    expect(await elementsOf(await sample({}, { name: undefined }), ".error-summary")).toEqual([]);
  });

  test("moves the focus to the first field with a problem, and to no other", async () => {
    const html = await sample({}, { email: "Enter an e-mail address", about: "Say something" });
    const focused = await elementsOf(html, "[autofocus]");
    expect(focused.map(({ attributes }) => attributes["id"])).toEqual(["person-email"]);
  });
});

describe("Field", () => {
  test("ties label, hint and problem to the control", async () => {
    const html = await sample({}, { name: "Enter a name" });
    const { attributes } = await elementOf(html, "#person-name");
    expect(attributes["aria-describedby"]).toBe("person-name-hint person-name-problem");
    expect(attributes["aria-invalid"]).toBe("true");
    expect((await elementOf(html, "#person-name-hint")).text).toBe("As colleagues know it");
    expect((await elementOf(html, "#person-name-problem")).text).toBe("Enter a name");
    expect((await elementOf(html, "label[for=person-name]")).text).toBe("Name");
  });

  test("says nothing of problems where there are none", async () => {
    const { attributes } = await elementOf(await sample(), "#person-email");
    expect(attributes["aria-invalid"]).toBeUndefined();
    expect(attributes["aria-describedby"]).toBeUndefined();
    expect(attributes["autocomplete"]).toBe("email");
  });

  test("stands alone, with its own value and problem", async () => {
    const html = await htmlOf(<Field label="Name" name="name" value="Ada" problem="Taken" />);
    expect((await elementOf(html, "#field-name")).attributes).toMatchObject({
      value: "Ada",
      "aria-invalid": "true",
    });
  });

  test("does not leak one form's values into the next", async () => {
    const html = await htmlOf(
      <>
        <Form id="one" action="/1" values={{ name: "secret" }} />
        <Form id="two" action="/2">
          <Field label="Name" name="name" />
        </Form>
      </>,
    );
    expect(html).not.toContain("secret");
  });

  test("offers to show a password only by a control that needs script", async () => {
    const { attributes } = await elementOf(await sample(), "[data-show-password]");
    expect(attributes["class"]).toContain("needs-script");
    expect(attributes).toMatchObject({
      type: "button",
      "aria-controls": "person-password",
      "aria-pressed": "false",
    });
  });
});

describe("Radios", () => {
  test("are a named group whose first choice has the field's id", async () => {
    const html = await sample({}, { theme: "Choose a theme" });
    expect((await elementOf(html, "fieldset")).attributes["aria-describedby"]).toBe(
      "person-theme-problem",
    );
    expect((await elementOf(html, "legend")).text).toBe("Theme");
    const ids = (await elementsOf(html, "input[type=radio]")).map(
      ({ attributes }) => attributes["id"],
    );
    expect(ids).toEqual(["person-theme", "person-theme-dark"]);
  });
});

describe("ActionButton", () => {
  test("is a form with one button and its hidden values", async () => {
    const html = await htmlOf(
      <ActionButton action="/people/1/deactivation" method="put" hidden={{ reason: attack }}>
        Deactivate
      </ActionButton>,
    );
    expect((await elementOf(html, "form")).attributes["action"]).toBe(
      "/people/1/deactivation?_method=put",
    );
    expect((await elementOf(html, "button")).attributes["type"]).toBe("submit");
    expect(html).not.toContain("<script>");
  });
});

describe("ConfirmDialog", () => {
  test("opens and closes by HTML alone, and is a link where script does not run", async () => {
    const html = await htmlOf(
      <ConfirmDialog
        id="delete"
        trigger="Delete…"
        page="/people/1/deletion"
        title="Delete Ada?"
        action="/people/1"
        method="delete"
        submit="Delete person"
      >
        <p>She can no longer sign in.</p>
      </ConfirmDialog>,
    );
    expect((await elementOf(html, "[command=show-modal]")).attributes).toMatchObject({
      type: "button",
      commandfor: "delete",
      "data-page": "/people/1/deletion",
    });
    expect(html).toMatch(/<noscript><a [^>]*href="\/people\/1\/deletion"/);
    expect((await elementOf(html, "dialog")).attributes["aria-labelledby"]).toBe("delete-title");
    expect((await elementOf(html, "dialog form")).attributes["action"]).toBe(
      "/people/1?_method=delete",
    );
    expect((await elementOf(html, "dialog [command=close]")).attributes).toMatchObject({
      type: "button",
      commandfor: "delete",
    });
  });
});
