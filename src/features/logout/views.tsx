// What a person sees who signs out: each application with what it said, and the way on.
import type { FC } from "hono/jsx";
import { Onward } from "#features/identity-providers/index.ts";
import type { Screen, View } from "#platform/http/view.ts";
import {
  Button,
  FramePage,
  KeyValues,
  LinkButton,
  Notice,
  Stack,
  Status,
  type Tone,
} from "#platform/ui/index.ts";
import type { Outgoing } from "#protocols/saml/write-logout.ts";
import type { Frame, Row, Shown } from "./show.ts";
import { texts } from "./texts.ts";

type Visible = Shown & { readonly path: string };
type Of<Kind extends Visible["kind"]> = { data: Extract<Visible, { kind: Kind }>; view: View };

export const LogoutPage: Screen<Visible> = ({ data, view }) => {
  switch (data.kind) {
    case "telling":
      return <TellingPage data={data} view={view} />;
    case "onward":
      return <OnwardPage data={data} view={view} />;
    case "done":
      return <DonePage data={data} view={view} />;
  }
};

const TellingPage: FC<Of<"telling">> = ({ data, view }) => (
  <FramePage view={view} title={texts.signingOutTitle} lead={texts.signingOutLead} icon="sign-out">
    <Stack>
      <ProgressRegion data={data} view={view} />
      {data.frames.map((frame, at) => (
        <Told frame={frame} at={at} />
      ))}
      <LinkButton href={`${data.path}?on=1`} wide>
        {texts.continue}
      </LinkButton>
    </Stack>
  </FramePage>
);

/** Asks every second, until there is nothing to wait for: then the page itself is loaded again. */
export const ProgressRegion: Screen<{ rows: readonly Row[]; path: string }> = ({ data }) => (
  <div
    id="signing-out"
    hx-get={`${data.path}/progress`}
    hx-trigger="load delay:1s"
    hx-target="this"
    hx-swap="outerHTML"
  >
    <Rows rows={data.rows} />
  </div>
);

/**
 * An application is told in a frame of its own, so that none has to wait for another, and none that fails takes the person with it. It
 * runs its scripts and reads its cookies, and may not take this window away.
 */
const Told: FC<{ frame: Frame; at: number }> = ({ frame: { name, sending }, at }) => {
  const target = `sign-out-${at}`;
  return (
    <>
      <iframe
        name={target}
        title={texts.frameOf(name)}
        src={sending.kind === "link" ? sending.url : undefined}
        sandbox="allow-scripts allow-same-origin allow-forms"
        referrerpolicy="origin"
        hidden
      ></iframe>
      {sending.kind === "form" && (
        <form method="post" action={sending.url} target={target} data-into-frame>
          {Object.entries(sending.fields).map(([field, value]) => (
            <input type="hidden" name={field} value={value} />
          ))}
          <noscript>
            <Button type="submit" wide>
              {texts.tell(name)}
            </Button>
          </noscript>
        </form>
      )}
    </>
  );
};

const words: Readonly<Record<Row["state"], readonly [string, Tone]>> = {
  waiting: [texts.waiting, "neutral"],
  signed_out: [texts.signedOut, "positive"],
  partly: [texts.partly, "caution"],
  failed: [texts.failed, "critical"],
  unconfirmed: [texts.unconfirmed, "caution"],
  unanswered: [texts.unanswered, "critical"],
  unreachable: [texts.unreachable, "caution"],
};

const Rows: FC<{ rows: readonly Row[] }> = ({ rows }) => (
  <KeyValues
    items={rows.map(({ name, state, there }) => {
      const [text, tone] = words[state];
      return {
        label: name,
        value: (
          <Stack gap="small">
            <Status tone={tone}>{text}</Status>
            {there !== null && <There name={name} sending={there} />}
          </Stack>
        ),
      };
    })}
  />
);

/** As a page of its own, not in a frame: so the application sees its cookies, whatever the browser thinks of frames. */
const There: FC<{ name: string; sending: Outgoing }> = ({ name, sending }) =>
  sending.kind === "link" ? (
    <LinkButton href={sending.url}>{texts.tell(name)}</LinkButton>
  ) : (
    <form method="post" action={sending.url} data-once>
      {Object.entries(sending.fields).map(([field, value]) => (
        <input type="hidden" name={field} value={value} />
      ))}
      <Button type="submit" wide>
        {texts.tell(name)}
      </Button>
    </form>
  );

const OnwardPage: FC<Of<"onward">> = ({ data, view }) => (
  <FramePage view={view} title={texts.onwardTitle(data.name)} lead={texts.onwardLead}>
    <Onward sending={data.sending} label={texts.onward(data.name)} />
  </FramePage>
);

const DonePage: FC<Of<"done">> = ({ data, view }) => {
  const remaining = data.rows.filter(({ state }) => state !== "signed_out");
  const remains = remaining.length > 0;
  return (
    <FramePage
      view={view}
      title={texts.doneTitle}
      lead={texts.doneLead}
      icon="sign-out"
      tone={remains ? "neutral" : "positive"}
    >
      <Stack>
        {remains && <Notice kind="warning">{texts.remain(listed(remaining))}</Notice>}
        {data.rows.length > 0 && <Rows rows={data.rows} />}
        {data.offer !== null && (
          <Stack gap="small">
            <p class="muted">{texts.offerHint(data.offer.name)}</p>
            <Offer name={data.offer.name} sending={data.offer.sending} />
          </Stack>
        )}
        <LinkButton href="/sign-in" wide>
          {texts.signInAgain}
        </LinkButton>
      </Stack>
    </FramePage>
  );
};

const Offer: FC<{ name: string; sending: Outgoing }> = ({ name, sending }) =>
  sending.kind === "link" ? (
    <LinkButton href={sending.url} kind="primary" wide>
      {texts.offer(name)}
    </LinkButton>
  ) : (
    <form method="post" action={sending.url} data-once>
      {Object.entries(sending.fields).map(([field, value]) => (
        <input type="hidden" name={field} value={value} />
      ))}
      <Button type="submit" kind="primary" wide>
        {texts.offer(name)}
      </Button>
    </form>
  );

function listed(rows: readonly Row[]): string {
  const names = rows.map(({ name }) => name);
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : texts.and(names.slice(0, -1).join(", "), last);
}
