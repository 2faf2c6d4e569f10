// Lists of things. In a narrow container each row becomes a card; the explicit roles keep it a table for screen readers.
import type { Child } from "hono/jsx";

export interface Column<Row> {
  readonly label: string;
  readonly cell: (row: Row) => Child;
  /** `end` for numbers and for buttons. */
  readonly align?: "start" | "end" | undefined;
  /** The label is said, not shown: for the column of actions. */
  readonly labelHidden?: boolean | undefined;
  /** Left out where the container is narrower than 56rem, except in cards. */
  readonly secondary?: boolean | undefined;
  /** Takes no more room than its content. */
  readonly tight?: boolean | undefined;
}

export interface DataTableProps<Row> {
  /** Names the table for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Makes the first cell a link that the whole row answers to. */
  readonly href?: ((row: Row) => string) | undefined;
  /** The id of a row, for answers to htmx that replace one. */
  readonly rowId?: ((row: Row) => string) | undefined;
  /** The id of the table's body. */
  readonly bodyId?: string | undefined;
}

/** A table from rows and columns. The first column is the row's name. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  href,
  rowId,
  bodyId,
}: DataTableProps<Row>) {
  return (
    <Table caption={caption} columns={columns} bodyId={bodyId}>
      {rows.map((row) => (
        <DataRow row={row} columns={columns} href={href} rowId={rowId} />
      ))}
    </Table>
  );
}

export type DataRowProps<Row> = Pick<DataTableProps<Row>, "columns" | "href" | "rowId"> & {
  readonly row: Row;
};

/** One row of a {@link DataTable}, for answers to htmx that replace or add one. */
export function DataRow<Row>({ row, columns, href, rowId }: DataRowProps<Row>) {
  const target = href?.(row);
  return (
    <tr role="row" id={rowId?.(row)} data-link={target === undefined ? undefined : ""}>
      {columns.map((column, index) => {
        const content = column.cell(row);
        return (
          <Cell column={column} first={index === 0}>
            {index === 0 && target !== undefined ? (
              <a class="row-link" href={target}>
                {content}
              </a>
            ) : (
              content
            )}
          </Cell>
        );
      })}
    </tr>
  );
}

interface CellProps<Row> {
  readonly column: Column<Row>;
  readonly first: boolean;
  readonly children?: Child;
}

function Cell<Row>({ column, first, children }: CellProps<Row>) {
  const attributes = {
    "data-label": column.label,
    "data-label-hidden": column.labelHidden === true ? "" : undefined,
    "data-secondary": column.secondary === true ? "" : undefined,
    "data-tight": column.tight === true ? "" : undefined,
    "data-align": column.align,
  };
  if (!first)
    return (
      <td role="cell" {...attributes}>
        <div class="cell">{children}</div>
      </td>
    );
  return (
    <th role="rowheader" scope="row" {...attributes}>
      <div class="cell">{children}</div>
    </th>
  );
}

export interface TableProps {
  readonly caption: string;
  readonly columns: readonly Pick<
    Column<never>,
    "label" | "align" | "labelHidden" | "secondary" | "tight"
  >[];
  readonly bodyId?: string | undefined;
  /** `DataRow`s. */
  readonly children?: Child;
}

/** The frame of a table: caption, head and body. */
export function Table({ caption, columns, bodyId, children }: TableProps) {
  return (
    <div class="table-frame">
      <table class="table" role="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th
                role="columnheader"
                scope="col"
                data-align={column.align}
                data-secondary={column.secondary === true ? "" : undefined}
                data-tight={column.tight === true ? "" : undefined}
              >
                <span class={column.labelHidden === true ? "visually-hidden" : undefined}>
                  {column.label}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" id={bodyId}>
          {children}
        </tbody>
      </table>
    </div>
  );
}

export interface ListRegionProps {
  /** The id that a search box or a pager replaces. */
  readonly id: string;
  /** Said to screen readers after an answer to htmx replaced the region ("12 people"). */
  readonly announce?: string | undefined;
  readonly children?: Child;
}

/** What a search or a page of results replaces as a whole: table, empty state and pager. */
export function ListRegion({ id, announce, children }: ListRegionProps) {
  return (
    <div class="list-region" id={id} data-announce={announce}>
      {children}
    </div>
  );
}
