// What an operator may set: required names, refused values, and that all problems come out together (src/config.ts).
import { describe, expect, test } from "bun:test";
import { ConfigError, originOf, parseConfig } from "#src/config.ts";

const key = "t8Zr0xqzZ3WbKq5oC1n7uY2fVdHs9LpGjXeMiRaTkNw=";
const valid = {
  BASE_DOMAIN: "id.example.com",
  SECRET_KEY: key,
  POSTGRES_PASSWORD: "p/+=@:#%'\"\\$ ",
  EMAIL_BACKEND: "resend",
  RESEND_API_KEY: "re_1",
};
const dev = { ...valid, BASE_DOMAIN: "localhost", IS_DEV: "true" };
const smtp = { ...valid, EMAIL_BACKEND: "smtp", SMTP_HOST: "mail.example.com" };

type Env = Record<string, string | undefined>;
function problems(env: Env, role?: "serve" | "migrate"): Record<string, string> {
  try {
    if (role === "migrate") parseConfig(env, role);
    else parseConfig(env, role);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ name, problem }) => [name, problem]));
  }
  return {};
}
const wrongNames = (env: Env) => Object.keys(problems(env)).toSorted();

describe("parseConfig", () => {
  test("takes the least a production needs and fills in the rest", () => {
    expect(parseConfig(valid)).toEqual({
      role: "serve",
      commit: "unknown",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      http: {
        host: "0.0.0.0",
        port: 8000,
        internalPort: 8001,
        baseDomain: "id.example.com",
        publicScheme: "https",
        publicPort: null,
        trustedProxies: expect.arrayContaining(["127.0.0.0/8", "::1/128", "172.16.0.0/12"]),
        openApiDocs: false,
      },
      database: {
        host: "db",
        port: 5432,
        name: "appdb",
        user: "appuser",
        password: valid.POSTGRES_PASSWORD,
        tls: "off",
        poolSize: 10,
      },
      keys: { current: key, previous: null },
      mail: {
        from: "no-reply@id.example.com",
        backend: { kind: "resend", apiKey: "re_1", baseUrl: null },
      },
      storage: { backend: "local", local: { folder: "/app/storage" }, spaces: null },
      breaches: {
        mode: "online",
        baseUrl: "https://api.pwnedpasswords.com",
        filterPath: "/app/storage/breached-passwords.filter",
      },
      dns: { servers: null },
      cache: null,
      log: { level: "info" },
      dev: { isDev: false, bypassOtp: false },
    });
  });

  test("is frozen all the way down", () => {
    const config = parseConfig(valid);
    expect(() => Object.assign(config.mail.backend, { apiKey: "x" })).toThrow(TypeError);
    expect(() => Object.assign(config, { role: "worker" })).toThrow(TypeError);
  });

  test("needs for a migration only the database and the password of the runtime role", () => {
    const env = { POSTGRES_PASSWORD: " s3 ", APPUSER_PASSWORD: "a b", POSTGRES_HOST: "10.0.0.7" };
    expect(parseConfig(env, "migrate")).toMatchObject({
      role: "migrate",
      database: { host: "10.0.0.7", user: "postgres", password: " s3 " },
      appuserPassword: "a b",
    });
    expect(Object.keys(problems({}, "migrate"))).toEqual(["POSTGRES_PASSWORD", "APPUSER_PASSWORD"]);
  });

  test("names every problem at once, and no value", () => {
    const env = {
      BASE_DOMAIN: "https://Example.com",
      SECRET_KEY: "hunter2hunter2",
      POSTGRES_PORT: "5432x",
      EMAIL_BACKEND: "pigeon",
      IS_DEV: "ture",
      BYPASS_OTP: "true",
    };
    expect(wrongNames(env)).toEqual([
      "BASE_DOMAIN",
      "BYPASS_OTP",
      "EMAIL_BACKEND",
      "IS_DEV",
      "POSTGRES_PASSWORD",
      "POSTGRES_PORT",
      "SECRET_KEY",
    ]);
    expect(() => parseConfig(env)).toThrow(/^7 settings are wrong:\n/);
    expect(() => parseConfig(env)).not.toThrow(/hunter2|pigeon|ture/);
  });

  test.each(["BASE_DOMAIN", "SECRET_KEY", "POSTGRES_PASSWORD", "RESEND_API_KEY"])(
    "refuses to start without %s, absent or blank",
    (name) => {
      expect(wrongNames({ ...valid, [name]: undefined })).toEqual([name]);
      expect(wrongNames({ ...valid, [name]: "" })).toEqual([name]);
      expect(wrongNames({ ...valid, [name]: "  " })).toEqual([name]);
    },
  );

  test("treats a blank optional variable as unset", () => {
    expect(parseConfig({ ...valid, FROM_EMAIL: "", MEMCACHED_HOST: " ", PORT: "" })).toEqual(
      parseConfig(valid),
    );
  });

  test("refuses to run the app as the superuser", () => {
    expect(wrongNames({ ...valid, POSTGRES_USER: "postgres" })).toEqual(["POSTGRES_USER"]);
  });

  test("refuses a storage it does not know", () => {
    expect(wrongNames({ ...valid, STORAGE_BACKEND: "s3" })).toEqual(["STORAGE_BACKEND"]);
  });
});

describe("storage", () => {
  const spaces = {
    SPACES_ENDPOINT: "https://fra1.digitaloceanspaces.com/",
    SPACES_BUCKET: "weft-files",
    SPACES_KEY: "KEYID",
    SPACES_SECRET: " s3/+=' ",
  };

  test("in a bucket takes the secret as it is, and what may be left out", () => {
    expect(parseConfig({ ...valid, STORAGE_BACKEND: "spaces", ...spaces }).storage).toEqual({
      backend: "spaces",
      local: { folder: "/app/storage" },
      spaces: {
        endpoint: "https://fra1.digitaloceanspaces.com",
        region: "us-east-1",
        bucket: "weft-files",
        key: "KEYID",
        secret: " s3/+=' ",
        pathStyle: true,
      },
    });
  });

  test("in a folder may have a bucket beside it, to be read", () => {
    const { storage } = parseConfig({ ...valid, ...spaces, SPACES_PATH_STYLE: "false" });
    expect(storage).toMatchObject({ backend: "local", spaces: { pathStyle: false } });
  });

  test("in a bucket names everything that is missing", () => {
    const missing = ["SPACES_BUCKET", "SPACES_ENDPOINT", "SPACES_KEY", "SPACES_SECRET"];
    expect(wrongNames({ ...valid, STORAGE_BACKEND: "spaces", SPACES_SECRET: " " })).toEqual(
      missing,
    );
    expect(wrongNames({ ...valid, SPACES_KEY: "KEYID" })).toEqual(
      missing.filter((name) => name !== "SPACES_KEY"),
    );
  });

  test.each([
    ["SPACES_ENDPOINT", "fra1.digitaloceanspaces.com"],
    ["SPACES_ENDPOINT", "https://key:secret@fra1.example"],
    ["SPACES_ENDPOINT", "https://fra1.example/?x=1"],
    ["SPACES_BUCKET", "My Bucket"],
    ["SPACES_REGION", "eu central"],
    ["SPACES_PATH_STYLE", "maybe"],
    ["LOCAL_STORAGE_PATH", "storage"],
    ["BREACH_CHECK", "sometimes"],
    ["BREACH_URL", "mirror.example"],
    ["BREACH_URL", "http://mirror.example"],
    ["BREACH_FILTER_PATH", "breaches.filter"],
  ])("refuses %s=%s", (name, value) => {
    expect(wrongNames({ ...valid, ...spaces, [name]: value })).toEqual([name]);
  });
});

describe("switches", () => {
  test.each(["true", "TRUE", "1", "yes", "On"])("reads %s as true", (value) => {
    expect(parseConfig({ ...valid, ENABLE_OPENAPI_DOCS: value }).http.openApiDocs).toBe(true);
  });
  test.each(["false", "0", "No", "off"])("reads %s as false", (value) => {
    expect(parseConfig({ ...valid, ENABLE_OPENAPI_DOCS: value }).http.openApiDocs).toBe(false);
  });
  test.each(["ture", "y", "2", "enabled", "-"])("refuses %s", (value) => {
    expect(wrongNames({ ...valid, ENABLE_OPENAPI_DOCS: value })).toEqual(["ENABLE_OPENAPI_DOCS"]);
  });
});

describe("SECRET_KEY", () => {
  test("takes what openssl rand prints, whatever it prints", () => {
    for (let round = 0; round < 2_000; round++) {
      const bytes = crypto.getRandomValues(Buffer.alloc(32));
      for (const encoding of ["base64", "base64url", "hex"] as const) {
        expect(problems({ ...valid, SECRET_KEY: bytes.toString(encoding) })).toEqual({});
      }
    }
  });
  test.each([
    ["31 bytes", Buffer.from(key, "base64").subarray(1).toString("base64url")],
    ["31 bytes in hex", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0"],
    ["one character", "a".repeat(64)],
    ["few characters", "azkqzakzqakqzkaqqzakazqkzqkaakzqzaqkqakzkqzaazkq"],
    ["a piece repeated", "t8Zr0xqzZ3WbKq5oC1n7".repeat(3)],
    ["a run along the alphabet", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"],
    ["an example's words", "dev-secret-key-change-me-in-production-5up3rQ9z"],
    ["an example's words in capitals", "CHANGE_ME_t8Zr0xqzZ3WbKq5oC1n7uY2fVdHs9LpGjXeMi"],
  ])("refuses %s", (_, value) => {
    expect(wrongNames({ ...valid, SECRET_KEY: value })).toEqual(["SECRET_KEY"]);
  });
  test("refuses a previous key that is the current one", () => {
    expect(wrongNames({ ...valid, SECRET_KEY_PREVIOUS: key })).toEqual(["SECRET_KEY_PREVIOUS"]);
    expect(parseConfig({ ...valid, SECRET_KEY_PREVIOUS: "older" }).keys.previous).toBe("older");
  });
});

describe("BASE_DOMAIN", () => {
  test.each(["id.example.com", "localhost", "weft.localhost", "a.test", "x-1.corp.local", "a.co"])(
    "takes %s",
    (domain) => expect(parseConfig({ ...valid, BASE_DOMAIN: domain }).http.baseDomain).toBe(domain),
  );
  test.each([
    ..."https://id.example.com id.example.com:80 id.example.com/ id.example.com.".split(" "),
    ..."ID.example.com *.example.com example 10.0.0.1 -a.co a..co a_b.co".split(" "),
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(100)}com`,
    "id example.com",
  ])("refuses %s", (domain) => {
    expect(wrongNames({ ...valid, BASE_DOMAIN: domain })).toEqual(["BASE_DOMAIN"]);
  });
});

describe("development", () => {
  test.each(["localhost", "weft.localhost", "weft.test", "weft.local"])(
    "is allowed on %s",
    (domain) =>
      expect(parseConfig({ ...dev, BASE_DOMAIN: domain, BYPASS_OTP: "true" }).dev).toEqual({
        isDev: true,
        bypassOtp: true,
      }),
  );
  test.each(["id.example.com", "localhost.example.com", "mylocalhost.com", "test.com"])(
    "is refused on %s",
    (domain) => expect(wrongNames({ ...dev, BASE_DOMAIN: domain })).toEqual(["IS_DEV"]),
  );
  test("stays on this machine and speaks http on its own port", () => {
    const { http } = parseConfig({ ...dev, PORT: "9000" });
    expect(http.host).toBe("127.0.0.1");
    expect(originOf(http, "acme.localhost")).toBe("http://acme.localhost:9000");
  });
  test.each([
    { BYPASS_OTP: "true" },
    { EMAIL_BACKEND: "mailbox", MAILBOX_PATH: "/m" },
    { PUBLIC_SCHEME: "http" },
    { RESEND_BASE_URL: "http://127.0.0.1:1" },
  ])("is what it takes for %o", (setting) => {
    expect(wrongNames({ ...valid, ...setting })).toEqual([Object.keys(setting)[0] ?? ""]);
    expect(wrongNames({ ...dev, ...setting })).toEqual([]);
  });
});

describe("addresses", () => {
  test("builds links over https without a port unless one is set", () => {
    expect(originOf(parseConfig(valid).http, "acme.id.example.com")).toBe(
      "https://acme.id.example.com",
    );
    const { http } = parseConfig({ ...valid, PUBLIC_PORT: "8443" });
    expect(originOf(http, "acme.id.example.com")).toBe("https://acme.id.example.com:8443");
    expect(parseConfig({ ...valid, PUBLIC_PORT: "443" }).http.publicPort).toBeNull();
  });
  test.each(["0", "65536", "080", "8000 ms", "-1", "1e3", "0x50"])("refuses port %s", (port) => {
    expect(wrongNames({ ...valid, PORT: port })).toEqual(["PORT"]);
  });
  test("refuses one port for both listeners", () => {
    expect(wrongNames({ ...valid, PORT: "8001" })).toEqual(["INTERNAL_PORT"]);
  });
  test("takes trusted networks as a list, or none", () => {
    const networks = (list: string) =>
      parseConfig({ ...valid, TRUSTED_PROXIES: list }).http.trustedProxies;
    expect(networks("10.1.0.0/16, fd00::/8")).toEqual(["10.1.0.0/16", "fd00::/8"]);
    expect(networks("none")).toEqual([]);
    expect(wrongNames({ ...valid, TRUSTED_PROXIES: "10.0.0.0/33" })).toEqual(["TRUSTED_PROXIES"]);
    expect(wrongNames({ ...valid, TRUSTED_PROXIES: "*" })).toEqual(["TRUSTED_PROXIES"]);
  });
  test("takes name servers by address", () => {
    const list = "10.0.0.53, [2001:db8::53]:5353";
    expect(parseConfig({ ...valid, DNS_SERVERS: list }).dns.servers).toEqual([
      { address: "10.0.0.53", port: 53 },
      { address: "2001:db8::53", port: 5353 },
    ]);
    expect(wrongNames({ ...valid, DNS_SERVERS: "10.0.0.53 ns.example.com" })).toEqual([
      "DNS_SERVERS",
    ]);
  });
});

describe("the database", () => {
  test("is believed by an authority of one's own where its certificate is looked at", () => {
    const tls = { POSTGRES_TLS: "verify", POSTGRES_TLS_CA: "/etc/weft/ca.pem" };
    const expected = { tls: "verify", tlsCaFile: "/etc/weft/ca.pem" };
    expect(parseConfig({ ...valid, ...tls }).database).toMatchObject(expected);
    const migrating = { POSTGRES_PASSWORD: "p", APPUSER_PASSWORD: "q", ...tls };
    expect(parseConfig(migrating, "migrate").database).toMatchObject(expected);
    expect(parseConfig(valid).database).not.toHaveProperty("tlsCaFile");
  });
  test("refuses an authority that nobody would be measured by", () => {
    const lone = { POSTGRES_TLS: "require", POSTGRES_TLS_CA: "/etc/weft/ca.pem" };
    expect(wrongNames({ ...valid, ...lone })).toEqual(["POSTGRES_TLS_CA"]);
    const migrating = { POSTGRES_PASSWORD: "p", APPUSER_PASSWORD: "q", ...lone };
    expect(() => parseConfig(migrating, "migrate")).toThrow("POSTGRES_TLS_CA");
  });
});

describe("mail", () => {
  const backend = (env: Env) => parseConfig(env).mail.backend;
  test("uses SMTP with STARTTLS on 587 unless told otherwise", () => {
    const { EMAIL_BACKEND: _, ...byDefault } = smtp;
    expect(backend(byDefault)).toEqual({
      kind: "smtp",
      host: "mail.example.com",
      port: 587,
      login: null,
      tls: "starttls",
      caFile: null,
    });
  });
  test.each([
    ["implicit", { tls: "implicit", port: 465 }],
    ["no", { tls: "off", port: 587 }],
    ["YES", { tls: "starttls", port: 587 }],
  ])("reads SMTP_TLS=%s", (value, expected) => {
    expect(backend({ ...smtp, SMTP_TLS: value })).toMatchObject(expected);
  });
  test("takes user and password together or not at all, the password as it is", () => {
    expect(backend({ ...smtp, SMTP_USER: " key ", SMTP_PASS: " p " })).toMatchObject({
      login: { user: "key", password: " p " },
    });
    expect(wrongNames({ ...smtp, SMTP_USER: "apikey" })).toEqual(["SMTP_USER"]);
  });
  test.each([
    ["smtp", "SMTP_HOST"],
    ["sendgrid", "SENDGRID_API_KEY"],
    ["resend", "RESEND_API_KEY"],
  ])("requires for %s its own %s", (kind, name) => {
    const { RESEND_API_KEY: _, ...bare } = valid;
    expect(wrongNames({ ...bare, EMAIL_BACKEND: kind })).toEqual([name]);
  });
  test("requires a folder for the mailbox, and a sender that is an address", () => {
    expect(wrongNames({ ...dev, EMAIL_BACKEND: "mailbox" })).toEqual(["MAILBOX_PATH"]);
    expect(wrongNames({ ...smtp, SMTP_TLS: "ssl" })).toEqual(["SMTP_TLS"]);
    expect(wrongNames({ ...valid, FROM_EMAIL: "no-reply" })).toEqual(["FROM_EMAIL"]);
  });
});

describe("a process with wrong settings", () => {
  test("prints them by name on stderr and exits with 78", async () => {
    const script = `import { loadConfig } from "#src/config.ts"; loadConfig(); console.log("started");`;
    const child = Bun.spawn([process.execPath, "-e", script], {
      cwd: `${import.meta.dir}/..`,
      env: { BASE_DOMAIN: "id.example.com", SECRET_KEY: "short" },
      stdout: "pipe",
      stderr: "pipe",
    });
    expect(await child.exited).toBe(78);
    expect(await new Response(child.stdout).text()).toBe("");
    expect((await new Response(child.stderr).text()).trim().split("\n")).toEqual([
      "3 settings are wrong:",
      expect.stringMatching(/^ {2}POSTGRES_PASSWORD is not set \(.*APPUSER_PASSWORD/),
      expect.stringMatching(/^ {2}SECRET_KEY must be at least 32 random bytes/),
      expect.stringMatching(/^ {2}SMTP_HOST is not set/),
    ]);
  });
});
