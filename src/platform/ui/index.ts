// The UI kit: what the views of features may use.
export {
  type Accent,
  accentAddress,
  accentOf,
  accentPreviewAddress,
  type AccentShades,
  accentStylesheet,
} from "./accent.ts";
export {
  asset,
  assetBase,
  htmxScript,
  publicDirectory,
  swaggerUiBase,
  webauthnScript,
} from "./assets.ts";
export { Avatar, type AvatarProps } from "./avatar.tsx";
export {
  Card,
  type CardProps,
  Cluster,
  Grid,
  Section,
  type SectionProps,
  Stack,
  WithAside,
} from "./box.tsx";
export {
  ActionButton,
  type ActionButtonProps,
  Button,
  type ButtonKind,
  type ButtonProps,
  DangerButton,
  LinkButton,
  type LinkButtonProps,
  SubmitButton,
} from "./button.tsx";
export { Checkbox, type CheckboxProps, Fieldset, Radios, type RadiosProps } from "./choice.tsx";
export {
  ConfirmDialog,
  type ConfirmDialogProps,
  ConfirmForm,
  type ConfirmFormProps,
} from "./confirm.tsx";
export {
  Badge,
  Code,
  CopyButton,
  CopyField,
  type CopyFieldProps,
  Figure,
  type FigureProps,
  KeyValues,
  type KeyValuesProps,
  Person,
  Status,
  Tile,
  type TileProps,
  type Tone,
} from "./display.tsx";
export { Document, type DocumentProps } from "./document.tsx";
export { Field, type FieldProps, type Option, Select } from "./field.tsx";
export { Form, type FormProps, type Problems } from "./form.tsx";
export { type FormMethod, formTarget, methodParameter } from "./form-target.ts";
export { AutoPost, type AutoPostProps, FramePage, type FramePageProps } from "./frame-page.tsx";
export { Icon, type IconName, type IconProps } from "./icon.tsx";
export { accountPaths, Layout, type LayoutProps, Notices } from "./layout.tsx";
export { Menu, MenuAction, type MenuActionProps, MenuLink, type MenuProps } from "./menu.tsx";
export {
  Breadcrumbs,
  type BreadcrumbsProps,
  PageHeader,
  type PageHeaderProps,
  Stepper,
  type StepperProps,
  Tabs,
  type TabsProps,
} from "./navigation.tsx";
export { EmptyState, type EmptyStateProps, Notice, type NoticeProps } from "./notice.tsx";
export {
  addressOf,
  FilterSelect,
  type FilterSelectProps,
  Pager,
  type PagerProps,
  type Query,
  SearchBox,
  type SearchBoxProps,
} from "./pager.tsx";
export {
  PasskeyAutofill,
  type PasskeyAutofillProps,
  PasskeyButton,
  type PasskeyButtonProps,
} from "./passkey.tsx";
export { PasswordMeter, type PasswordMeterProps, type PasswordScore } from "./password-meter.tsx";
export {
  type Column,
  DataRow,
  DataTable,
  type DataTableProps,
  ListRegion,
  type ListRegionProps,
  Table,
  type TableProps,
} from "./table.tsx";
export { formatRelative, formatTime, Time, type TimeFormat, type TimeProps } from "./time.tsx";
export type {
  NavItem,
  NoticeKind,
  PageView,
  TenantFace,
  Theme,
  Viewer,
  WithChildren,
} from "./types.ts";
