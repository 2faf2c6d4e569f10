// Devices that stand for the second step, on the page of one's sessions.
import type { FC } from "hono/jsx";
import type { View } from "#platform/http/view.ts";
import { ActionButton, Card, type Column, DataTable, Time } from "#platform/ui/index.ts";
import { texts } from "../texts.ts";

export interface OwnDevice {
  readonly id: string;
  /** Browser and system in plain words. */
  readonly device: string;
  readonly ip: string;
  readonly lastUsedAt: Date;
  readonly rememberedUntil: Date;
}

/** Nothing where no device is remembered: most tenants do not allow it. */
export const OwnDevices: FC<{ devices: readonly OwnDevice[]; view: View }> = ({ devices, view }) =>
  devices.length === 0 ? null : (
    <Card flush title={texts.devicesTitle} footer={texts.devicesAbout}>
      <DataTable
        caption={texts.devicesTitle}
        columns={columns(view.viewer?.zone ?? "UTC", view.now)}
        rows={devices}
      />
    </Card>
  );

const columns = (zone: string, now: Date): readonly Column<OwnDevice>[] => [
  { label: texts.device, cell: ({ device }) => device },
  { label: texts.place, secondary: true, cell: ({ ip }) => ip },
  {
    label: texts.lastSeen,
    secondary: true,
    cell: ({ lastUsedAt }) => (
      <Time at={lastUsedAt.toISOString()} zone={zone} format="relative" now={now} />
    ),
  },
  {
    label: texts.rememberedUntil,
    cell: ({ rememberedUntil }) => (
      <Time at={rememberedUntil.toISOString()} zone={zone} format="date" />
    ),
  },
  {
    label: texts.actions,
    labelHidden: true,
    align: "end",
    tight: true,
    cell: ({ id, device }) => (
      <ActionButton
        action={`/security/devices/${id}`}
        method="delete"
        kind="secondary"
        small
        label={texts.forgetOf(device)}
      >
        {texts.forget}
      </ActionButton>
    ),
  },
];
