// What the reads are compared with: a bare Hono route that makes one query by key and answers JSON. A process of its own.
import { Hono } from "hono";
import { Pool } from "pg";

export interface BareSettings {
  readonly port: number;
  readonly database: {
    host: string;
    port: number;
    database: string;
    user: string;
    password: string;
  };
}

if (import.meta.main) {
  const { port, database } = JSON.parse(Bun.argv[2] ?? "") as BareSettings;
  const pool = new Pool({ ...database, max: 10 });
  const app = new Hono();
  app.get("/:id", async (c) => {
    const text = "select id, first_name, last_name, role from app.users where id = $1";
    const { rows } = await pool.query({ name: "one", text, values: [c.req.param("id")] });
    return c.json(rows[0] ?? null);
  });
  Bun.serve({ hostname: "127.0.0.1", port, fetch: app.fetch });
}
