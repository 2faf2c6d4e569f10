// A person's addresses as pages and the API say them.
import { z } from "zod";
import { EmailAddress } from "#features/users/index.ts";
import { ApplicationId, UserId } from "#src/ids.ts";

/** How many addresses one person has at the most; those that wait for their mailbox count. */
export const addressesMost = 10;

/** How long the mailbox has to confirm. */
export const pendingSeconds = 72 * 60 * 60;

export const NewAddress = z.object({ email: EmailAddress });
export type NewAddress = z.infer<typeof NewAddress>;

export const Address = z.object({
  id: z.uuid(),
  email: z.string(),
  isPrimary: z.boolean(),
  /** Null: known, but of no use before its mailbox has been proven. */
  verifiedAt: z.iso.datetime().nullable(),
  /** Verified because its domain is proved to be the organisation's, and confirmed by no mailbox: a provider's word about it links nobody. */
  byDomain: z.boolean(),
});
export type Address = z.infer<typeof Address>;

/** An address that waits for its mailbox: it signs nobody in, and keeps nobody else from having it. */
export const PendingAddress = z.object({
  id: z.uuid(),
  email: z.string(),
  askedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type PendingAddress = z.infer<typeof PendingAddress>;

/** What became of an address that was asked for: it waits, or (a domain of the organisation, by a super administrator) it is the person's at once. */
export const AskedAddress = z.union([PendingAddress, Address]);
export type AskedAddress = z.infer<typeof AskedAddress>;

/** What the caller may do about the addresses of a person. */
export const AddressAction = z.enum(["add", "promote", "remove"]);
export type AddressAction = z.infer<typeof AddressAction>;

export const AddressList = z.object({
  user: z.object({ id: UserId, name: z.string() }),
  /** The primary one first. */
  addresses: z.array(Address),
  pending: z.array(PendingAddress),
  allowedActions: z.array(AddressAction),
  /** Why the caller, who may remove addresses, may not add any nor make one primary; null: they may, or look only. */
  notGivenBecause: z.enum(["role_not_higher", "person_not_active"]).nullable(),
});
export type AddressList = z.infer<typeof AddressList>;

/** Who would see, or lead to, another identity after another address became the primary one. */
export const Impact = z.object({
  /** Applications the person may open, at most 200, and what of an assertion names the address. */
  applications: z.array(
    z.object({
      id: ApplicationId,
      name: z.string(),
      /** `name_id`: the person is called by the address there. `attribute`: it is told, and may be what they are known by. */
      identifiedBy: z.enum(["name_id", "attribute"]),
    }),
  ),
  /** The names of the identity providers that the two addresses lead to (null: none, a password); null when they lead to the same. */
  signIn: z.object({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
});
export type Impact = z.infer<typeof Impact>;

/** That the caller has read who would see another identity. */
export const Promotion = z.object({
  confirm: z.preprocess(
    (value) => value === true || value === "on" || value === "true",
    z.boolean().default(false),
  ),
});

export const PersonParams = z.object({ userId: UserId });
export const OwnAddressParams = z.object({ ownAddressId: z.uuid() });
export const AddressParams = PersonParams.extend({ addressId: z.uuid() });
export const OwnPendingParams = z.object({ ownPendingAddressId: z.uuid() });
export const PendingParams = PersonParams.extend({ pendingAddressId: z.uuid() });
