// What people read about the domains of their organisation.
import { defineTexts } from "#platform/texts.ts";

const people = (count: number) => (count === 1 ? "1 person" : `${count} people`);

export const texts = defineTexts("domains", {
  title: "Domains",
  lead: "E-mail domains that are yours. People who are added there choose a password without confirming their address first, and get groups by themselves.",
  domain: "Domain",
  domainHint: "What stands behind the @, such as example.com. Subdomains are added on their own.",
  state: "State",
  waiting: "Not proved",
  proved: "Proved",
  provedMissing: "Proved, record not found",
  groups: "Groups",
  provider: "Identity provider",
  addedAt: "Added",
  addedBy: "Added by",
  add: "Add domain",
  addTitle: "Add a domain",
  addLead:
    "Next you show that it is yours, by a record in its DNS. Until then it changes nothing here.",
  addedNotice: "Domain added. Now show that it is yours",
  none: "No domain yet",
  noneText:
    "With your own domain, new people at it choose a password at once, without confirming their address first, and are put into the groups that you choose.",
  full: (most: number) => `That is as many as there can be: ${most}.`,

  proveTitle: "Show that the domain is yours",
  proveLead:
    "Whoever looks after its DNS publishes this record, and leaves it there: it is looked for every day. Until it is found, the domain changes nothing here.",
  recordType: "Type",
  recordName: "Name",
  recordNameHint: "Some DNS providers want it without the domain at its end.",
  recordValue: "Value",
  check: "Check now",
  checkHint:
    "It may take minutes, with some providers hours, until a new record is seen everywhere.",
  byOperator:
    "Is the domain known in your own network only? Whoever runs this server vouches for it there:",
  lastCheck: "Last check:",
  nothing: "The record is not there yet",
  nothingText: (name: string) =>
    `No TXT record was found at ${name}. If it was published a moment ago, wait and check again.`,
  other: "There is a record, but another one",
  otherText: (name: string) =>
    `TXT records at ${name} were found, but none has the value below. Compare what was found:`,
  unreachable: "The name servers did not answer",
  unreachableText:
    "It is not known whether the record is there. Check again later; if it stays like this, whoever runs this server looks at its name servers (weft doctor, DNS_SERVERS).",
  missingTitle: "The record that proved this domain is not found",
  missingText:
    "What the domain does goes on, listed below. If it is still yours, publish the record again. If it is not, remove it: whoever has it now reads the mail of its addresses, and could open the accounts of people who have one.",
  missingNothing: "No such record is there.",
  missingOther: "Records with other values are there:",
  missingUnreachable: "The name servers did not answer, so it is not known whether it is there.",
  missingSince: "Not found since",
  provedTitle: "What this domain does",
  provedLead:
    "Only for what is listed here; any other address at it is confirmed by its mailbox as before.",
  effectVerified:
    "The addresses of new people need no confirmation, nor do those that a super administrator adds for somebody else.",
  effectWelcome: "New people at it get a message with a link to choose their password.",
  effectGroups: "Whoever gets a verified address at it is put into the groups below.",
  provedAt: "Proved",
  provedBy: "By",
  provedDns: "A record in DNS",
  provedOperator: "Whoever runs this server",
  people: "People with a verified address",
  noProvider: "None: addresses lead to a password, or to the default provider",
  bindHint: "Super administrators bind domains on the page of the identity provider.",
  somebodyGone: "Somebody who is gone, a script or the server",

  groupsTitle: "Groups of people at this domain",
  groupsLead:
    "Given when somebody is added, or an address is verified. Taken away by hand alone, also when the domain or the link goes.",
  group: "Group",
  linkedAt: "Linked",
  missing: "Not in it yet",
  noGroups: "No group is linked.",
  link: "Link a group",
  linkTitle: (domain: string) => `Link a group to ${domain}`,
  linkLead:
    "From now on whoever is added with an address there, or verifies one, is put into it. Next you are asked about people who are here already.",
  linkSubmit: "Link group",
  chooseGroup: "Choose a group",
  noGroupsAtAll: "There is no group that could be linked",
  noGroupsAtAllText: "All groups are linked to it already, or there is none yet.",
  createGroup: "Create a group",
  linkedNotice: "Group linked",
  asksStrength: (strength: string) => `asks for: ${strength}`,
  addPeople: (count: number) => `Add ${people(count)}`,
  addPeopleOf: (count: number, group: string) => `Add ${people(count)} to ${group}`,
  addPeopleTitle: (count: number, group: string) => `Add ${people(count)} to ${group}?`,
  addPeopleText: (count: number, domain: string) =>
    `${people(count)} with a verified address at ${domain} ${count === 1 ? "is" : "are"} not in it yet, or only as long as an identity provider says so. They get what it gives access to at once.`,
  addPeopleStrength: (strength: string) =>
    `It asks its members for “${strength}” from their next sign-in on.`,
  addPeopleLeft: "People who are deactivated are left out. Each addition is in the audit trail.",
  nobodyMissing: "Everybody with a verified address there is in it already.",
  addPeopleNotYou:
    "The group asks more of its members at sign-in than of everybody: only super administrators add everybody to it.",
  notNow: "Not now",
  addedPeopleNotice: (count: number) => `${people(count)} added`,
  unlink: "Unlink",
  unlinkOf: (group: string) => `Unlink ${group}`,
  unlinkTitle: (group: string, domain: string) => `Unlink ${group} from ${domain}?`,
  unlinkText:
    "People who come to the domain later are not put into it any more. Whoever is in it stays: take them out by hand.",
  unlinkedNotice: "Group unlinked",
  keep: "Keep as it is",

  remove: "Remove domain",
  removeTitle: (domain: string) => `Remove ${domain}?`,
  removeHint: "Ends what the domain does here. People, their addresses and their groups stay.",
  removeWaiting:
    "It was not proved, so nothing changes for anybody. Its record proves nothing any more.",
  removeProved:
    "New addresses at it are confirmed by their mailbox again, and nobody gets groups for them.",
  removeGroups: (count: number) =>
    count === 1
      ? "1 linked group is no longer given:"
      : `${count} linked groups are no longer given:`,
  removePeople: (count: number) =>
    count === 0
      ? "Nobody has a verified address there."
      : `${people(count)} with a verified address there keep${count === 1 ? "s" : ""} it, and all groups.`,
  removeProvider: (provider: string) =>
    `Addresses at it still lead to ${provider}: that is bound on its own.`,
  removeAgain: "Whoever adds it again proves it again, by another record.",
  removedNotice: "The domain is removed",

  or: (first: string, last: string) => `${first} or ${last}`,
  andMore: (first: string, count: number) => `${first} or ${count} more`,

  domainMissing: "Type a domain",
  domainInvalid: "Type a domain such as example.com",
  domainTooLong: "A domain has at most 253 characters",
  publicSuffix: (suffix: string) =>
    `Anybody can register names below ${suffix}, so it is nobody’s own: type the domain that is yours, such as example.${suffix}`,
  exists: "This domain is there already",
  tooMany: "As many domains as there can be are there: 100",
  notFound: "There is no such domain here",
  notProved: "Show first that the domain is yours: until then it gives nobody a group",
  linkExists: "This group is linked to the domain already",
  linkNotFound: "This group is not linked to the domain",
  noSuchGroup: "There is no such group",
  groupMissing: "Choose a group",
  groupAsksMore:
    "This group asks more of its members at sign-in than of everybody: only super administrators link it, or add everybody to it",
  tooManyGroups: "As many groups as there can be are linked to the domain: 20",
  tooManyChecks: "Domains were checked very often: wait before the next check",
  everybody: "everybody: checks of domains",

  client: (name: string) => `API client ${name}`,
  mailGreeting: (firstName: string) => `Hello ${firstName},`,
  mailSubject: (domain: string, tenant: string) =>
    `${domain} is proved to be a domain of ${tenant}`,
  mailProvedByRecord: (who: string, domain: string, tenant: string) =>
    `${who} has shown that ${domain} is a domain of ${tenant}: the record that proves it was found in its DNS.`,
  mailProvedByOperator: (domain: string, tenant: string) =>
    `Whoever runs the server has vouched that ${domain} is a domain of ${tenant}.`,
  mailFromNowOn: "From now on, at this domain:",
  mailGroups:
    "Administrators link groups to it: whoever gets a verified address at it is put into them.",
  mailOpen: "Look at the domain",
  mailQuestion:
    "You get this message because you are a super administrator. Is the domain not yours, or did nobody mean to do this? Remove it there: that ends what it does.",

  missingSubject: (domain: string) => `The record that proved ${domain} is not found`,
  missingIntro: (domain: string, tenant: string, since: string) =>
    `The record that proved ${domain} to be a domain of ${tenant} has not been found since ${since}. Nothing has changed by that: what the domain does goes on.`,
  missingOurs: "Is it still yours? Publish this record in its DNS again:",
  missingNotOurs:
    "Is it not yours any more, or soon not? Remove it, and the addresses that people have there: whoever has the domain reads the mail of those addresses, and could open the accounts by it.",
  missingWhy:
    "You get this message because you are a super administrator. You get it once, until the record was there again.",

  addedEvent: "Domain added",
  checkedEvent: "Domain checked, and not proved",
  provedEvent: "Domain proved",
  missingEvent: "The record that proved a domain is not found",
  foundEvent: "The record that proved a domain is there again",
  removedEvent: "Domain removed",
  linkedEvent: "Group linked to a domain",
  unlinkedEvent: "Group unlinked from a domain",
  givenEvent: "Added to a group because of a domain",
});
