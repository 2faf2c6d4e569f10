// People as forms, lists and the API say them.
import { z } from "zod";
import { NewAttributes } from "#features/attributes/index.ts";
import { ImportedHashProblem, parseImported } from "#platform/passwords/imported/forms.ts";
import type { Session } from "#features/sessions/index.ts";
import { pageOf, Paging } from "#platform/http/input.ts";
import { GroupId, UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

/** invited → active (an answered invitation); both → deactivated and back; deactivated → anonymised, for good (README.md). */
export const UserState = z.enum(["invited", "active", "deactivated", "anonymised"]);
export type UserState = z.infer<typeof UserState>;

/** What somebody can sign in with: password, passkey, an authenticator app beside the password, an identity provider. */
export const SignInMethod = z.enum(["password", "passkey", "app", "provider"]);
export type SignInMethod = z.infer<typeof SignInMethod>;

// Control characters would break a mail header, direction marks would make one name look like another.
const printable = /^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u;

const name = (missing: () => string) =>
  z
    .string({ error: missing })
    .normalize("NFC")
    .trim()
    .min(1, { error: missing })
    .max(200, { error: () => texts.nameTooLong })
    .regex(printable, { error: () => texts.nameUnprintable });

export const FirstName = name(() => texts.firstNameMissing);
export const LastName = name(() => texts.lastNameMissing);

/** An address as it is stored and compared: trimmed, in lower case, ASCII. */
export const EmailAddress = z
  .string({ error: () => texts.emailMissing })
  .trim()
  .toLowerCase()
  .min(1, { error: () => texts.emailMissing })
  .max(254, { error: () => texts.emailTooLong })
  .pipe(z.email({ error: () => texts.emailInvalid }));

export const NewUser = z.object({
  firstName: FirstName,
  lastName: LastName,
  email: EmailAddress,
  role: Role.default("member"),
});
export type NewUser = z.infer<typeof NewUser>;

/** Before the names of fields that hold attributes, where a form has others. */
export const attributePrefix = "attributes.";

/** A password's hash from another system; the sentence of a refusal says which forms there are, or what is too costly. */
const PasswordHash = z.string({ error: () => texts.hashMissing }).superRefine((text, context) => {
  try {
    parseImported(text);
  } catch (error) {
    if (!(error instanceof ImportedHashProblem)) throw error;
    context.addIssue({ code: "custom", message: error.message });
  }
});

/** As `NewUser`; with a hash nobody is invited. Only then may the address count as verified, and it must. */
const NewPersonFields = NewUser.extend({
  attributes: NewAttributes.optional(),
  /** argon2, bcrypt, scrypt, PBKDF2 or an LDAP form; for super administrators. */
  passwordHash: PasswordHash.optional(),
  /** That the system it comes from has verified the address. */
  emailVerified: z.boolean({ error: () => texts.emailVerifiedWrong }).optional(),
}).superRefine(({ passwordHash, emailVerified = false }, context) => {
  const because = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (passwordHash !== undefined && !emailVerified)
    because("emailVerified", texts.emailVerifiedNeeded);
  if (passwordHash === undefined && emailVerified) because("passwordHash", texts.hashNeeded);
});
/** A form sends each attribute in a field of its own, `attributes.<key>`. */
export const NewPerson = z.preprocess((raw) => {
  if (typeof raw !== "object" || raw === null) return raw;
  const isOfAttribute = ([name]: [string, unknown]) => name.startsWith(attributePrefix);
  const fields: [string, unknown][] = Object.entries(raw);
  const attributes = fields
    .filter(isOfAttribute)
    .map(([name, value]) => [name.slice(attributePrefix.length), value]);
  if (attributes.length === 0) return raw;
  const others = fields.filter((field) => !isOfAttribute(field));
  return Object.fromEntries([...others, ["attributes", Object.fromEntries(attributes)]]);
}, NewPersonFields);
export type NewPerson = z.infer<typeof NewPerson>;

/** What is absent stays as it is. */
export const UserChanges = z
  .object({ firstName: FirstName, lastName: LastName, role: Role })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, { error: () => texts.nothingToChange });
export type UserChanges = z.infer<typeof UserChanges>;

/** The words of a search: at most ten, because each is one more pass over the tenant's people. */
export const SearchWords = z
  .string()
  .trim()
  .max(200, { error: () => texts.searchTooLong })
  .refine((text) => text.split(/\s+/).length <= 10, { error: () => texts.searchTooLong })
  .default("");

/** A drop-down of a search form: its first, empty choice means "any". */
const anyOr = <T extends z.ZodType>(choice: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), choice.optional());

export const UserFilter = Paging.extend({
  q: SearchWords,
  role: anyOr(Role),
  state: anyOr(UserState),
  /** Who can sign in with it; `none`: with nothing yet. */
  method: anyOr(z.enum([...SignInMethod.options, "none"])),
  /** Nobody has seen them for so many days, or ever since they were added. */
  notSeenForDays: anyOr(
    z.coerce
      .number({ error: () => texts.daysWrong })
      .int({ error: () => texts.daysWrong })
      .min(1, { error: () => texts.daysWrong })
      .max(3_650, { error: () => texts.daysWrong }),
  ),
});
export type UserFilter = z.infer<typeof UserFilter>;

export const UserParams = z.object({ userId: UserId });
export type UserParams = z.infer<typeof UserParams>;

export const User = z.object({
  id: UserId,
  firstName: z.string(),
  lastName: z.string(),
  /** The primary address. */
  email: z.string(),
  role: Role,
  state: UserState,
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
  /** Signed in or used a session; to the hour. */
  lastSeenAt: z.iso.datetime().nullable(),
  signInMethods: z.array(SignInMethod),
});
export type User = z.infer<typeof User>;

export const UserList = pageOf(User);
export type UserList = z.infer<typeof UserList>;

/** What the caller may do about a person. The last active super admin is told on the attempt only. */
export const UserAction = z.enum([
  "edit",
  "change_role",
  "deactivate",
  "reactivate",
  "resend_invitation",
  "cancel_invitation",
  "require_new_password",
  "reset_second_steps",
  "anonymise",
  "delete",
]);
export type UserAction = z.infer<typeof UserAction>;

/** How many groups a person's page names. */
export const groupsShownMost = 200;

export const UserDetail = User.extend({
  emails: z.array(
    z.object({
      email: z.string(),
      isPrimary: z.boolean(),
      verifiedAt: z.iso.datetime().nullable(),
    }),
  ),
  timeZone: z.string(),
  deactivatedAt: z.iso.datetime().nullable(),
  /** Why the password opens nothing until another one is chosen; null: it is not so. */
  passwordResetCause: z.enum(["admin", "breach", "policy"]).nullable(),
  /** At most 200, by name. */
  groups: z.array(z.object({ id: GroupId, name: z.string() })),
  allowedActions: z.array(UserAction),
});
export type UserDetail = z.infer<typeof UserDetail>;

/** What the activity page of a person shows. */
export interface Activity {
  readonly user: UserDetail;
  readonly sessions: readonly Session[];
  /** The latest, newest first, in words. */
  readonly events: readonly { id: string; at: string; what: string; about: string; who: string }[];
}

export const fullName = (user: { firstName: string; lastName: string }): string =>
  `${user.firstName} ${user.lastName}`;
