// What people read about groups.
import { defineTexts } from "#platform/texts.ts";

const people = (count: number) => (count === 1 ? "1 person" : `${count} people`);
const applications = (count: number) => (count === 1 ? "1 application" : `${count} applications`);

export const texts = defineTexts("groups", {
  nameMissing: "Give the group a name",
  nameTooLong: "Use at most 200 characters",
  nameUnprintable: "Leave out characters that cannot be printed",
  descriptionTooLong: "Use at most 2000 characters",
  searchTooLong: "Search for at most 200 characters",
  nothingToChange: "Say what to change: name, description or strength",
  nobodyChosen: "Choose at least one person",
  tooManyChosen: "Add at most 100 people at a time",

  notFound: "There is no such group",
  nameTaken: "Another group has this name",
  nameTakenField: "Another group has this name; case and accents do not make a difference",
  strengthNeedsPermission: "Only super administrators change what is asked at sign-in",
  yesOrNo: "Say true or false",
  keepsOut: "Some members have nothing yet that is enough for what would be asked of them",
  keepsOutWho: (count: number, names: string, graceDays: number) =>
    `${count === 1 ? "1 member has" : `${count} members have`} nothing yet that is enough: ${names}. ${
      graceDays === 0
        ? "They set it up at their next sign-in, or do not get in."
        : `They have ${graceDays === 1 ? "1 day" : `${graceDays} days`} from their next sign-in to set it up.`
    }`,
  lackAlready: (count: number) =>
    count === 1
      ? "Apart from that, 1 member has less than is asked of them already."
      : `Apart from that, ${count} members have less than is asked of them already.`,
  confirmKeepsOut: "Ask it of them all the same",
  asksMoreOfThem:
    "This group asks more of its members at sign-in: only super administrators add super administrators to it",
  protects:
    "This group asks for a stronger sign-in than everybody: only super administrators take people out of it or delete it",
  givenByProvider:
    "An identity provider gives this membership and takes it away: change it there, or what stands for the group",
  notMember: "This person is not in the group",

  createdEvent: "Group created",
  renamedEvent: "Group renamed",
  describedEvent: "Group description changed",
  strengthChangedEvent: "Second step asked of a group changed",
  deletedEvent: "Group deleted",
  memberAddedEvent: "Added to a group",
  memberRemovedEvent: "Removed from a group",

  title: "Groups",
  description: "Who belongs together, so that a whole team gets an application at once.",
  search: "Search groups by name",
  name: "Name",
  members: "Members",
  about: "Description",
  createdAt: "Created",
  people,
  count: (shown: number) => (shown === 1 ? "1 group on this page" : `${shown} groups on this page`),
  noneYet: "No groups yet",
  noneYetText: "Create one for each team or task, then add people and give it applications.",
  nothingFound: "No group matches",
  nothingFoundText: "Try another part of the name.",
  showAll: "Show all groups",

  create: "Create group",
  createLead: "Give it a name that tells people what it is for.",
  createdNotice: "Group created. Now add people",
  nameHint: "Shown to administrators and handed to applications that ask for groups",
  edit: "Edit",
  editTitle: (name: string) => `Edit ${name}`,
  save: "Save changes",
  savedNotice: "Changes saved",

  addPeople: "Add people",
  searchMembers: "Search members",
  person: "Person",
  state: "State",
  active: "Active",
  invited: "Invited",
  deactivated: "Deactivated",
  anonymised: "Anonymised",
  addedAt: "Added",
  actions: "Actions",
  givenBy: "Given by",
  byHand: "By hand",
  managedBy: (provider: string) => `Made by ${provider}`,
  noMembers: "Nobody in this group yet",
  noMembersText: "Members can open every application that is given to the group.",
  noMemberFound: "No member matches",
  noMemberFoundText: "Every word must appear in a name or an address.",
  showAllMembers: "Show all members",
  membersShown: (shown: number) => `${people(shown)} on this page`,

  remove: "Remove",
  removeOf: (person: string) => `Remove ${person} from the group`,
  removeTitle: (person: string, group: string) => `Remove ${person} from ${group}?`,
  removeText:
    "They lose the applications that only this group gives them. You can add them again at any time.",
  removedNotice: "Removed from the group",
  removeStaysText: (providers: string) =>
    `They stay in the group: ${providers} gives them the membership, too. What people gave is taken back, so that they are out when it is no longer given there.`,
  stillGivenNotice: (providers: string) =>
    `No longer given by hand. They stay in the group: ${providers} gives the membership, too`,

  addTitle: (group: string) => `Add people to ${group}`,
  addLead: "Tick everybody who shall belong to it. People who are in it already are not shown.",
  searchPeople: "Search by name or e-mail address",
  choose: "People",
  addChosen: "Add to group",
  addedNotice: (count: number) => (count === 1 ? "1 person added" : `${count} people added`),
  moreFound: (shown: number) => `The first ${shown} by name are shown. Search to narrow them down.`,
  nobodyLeft: "Everybody is in this group already",
  nobodyLeftText: "Invite somebody new first, then add them here.",
  showEverybody: "Show everybody",
  invite: "Invite a person",
  nobodyFound: "Nobody matches who is not in the group already",

  strength: "Second step asked of members",
  strengthText:
    "Members need at least this when they sign in, whatever else is asked of everybody. The strictest of a person’s groups counts.",
  strengthLabel: "Second step",
  asTenant: "As everybody",
  saveStrength: "Save second step",

  asksMore: (strength: string) =>
    `This group asks for at least “${strength}” at sign-in, more than everybody is asked. Without it that ends, unless another group of the person asks the same.`,
  protected:
    "This group asks for a stronger sign-in than everybody. Only super administrators take people out of it or delete it.",

  access: "Applications",
  accessText: "What members can open because they are in this group.",
  noAccess: "No application is given to this group yet.",
  moreApplications: (count: number) => `and ${count} more`,

  deleteTitle: (group: string) => `Delete ${group}?`,
  delete: "Delete group",
  deleteHint: "Removes the group and what it gives access to. The people stay.",
  deleteMembers: (count: number) =>
    count === 0
      ? "Nobody is in this group."
      : `${people(count)} will no longer be in it. Nobody's account is deleted.`,
  deleteApplications: (count: number) =>
    count === 0
      ? "No application is given to this group."
      : `${applications(count)} will no longer be open to them through it:`,
  deleteFinal: "This cannot be undone.",
  deletedNotice: "The group is deleted",
  keep: "Keep it",
});
