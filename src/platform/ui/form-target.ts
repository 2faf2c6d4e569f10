// Where a form goes: HTML knows only GET and POST, so the other methods ride in the address.

export type FormMethod = "get" | "post" | "put" | "patch" | "delete";

/** The name of the query parameter that carries the method of a form that a browser can only post. */
export const methodParameter = "_method";

/** The `method` and `action` attributes for a request: PUT, PATCH and DELETE post to `action?_method=…`. */
export function formTarget(
  action: string,
  method: FormMethod,
): { method: "get" | "post"; action: string } {
  if (method === "get" || method === "post") return { method, action };
  const [beforeFragment = "", ...fragment] = action.split("#");
  const joint = beforeFragment.includes("?") ? "&" : "?";
  const address = `${beforeFragment}${joint}${methodParameter}=${method}`;
  return { method: "post", action: [address, ...fragment].join("#") };
}
