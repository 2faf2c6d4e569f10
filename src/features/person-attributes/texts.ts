// What people read about the attributes of somebody, and about what is missing.
import { defineTexts } from "#platform/texts.ts";

const people = (count: number) => (count === 1 ? "1 person" : `${count} people`);

export const texts = defineTexts("person-attributes", {
  titleOf: (name: string) => `Attributes of ${name}`,
  editTitle: (name: string) => `Edit attributes of ${name}`,
  users: "Users",
  lead: "What is kept about this person beside name and addresses, and whose word it is.",
  edit: "Edit attributes",
  save: "Save changes",
  savedNotice: "Changes saved",
  attribute: "Attribute",
  value: "Value",
  source: "Source",
  changed: "Changed",
  missing: "Missing",
  locked: "Locked",
  nothing: "–",
  emptyTitle: "No attributes in use",
  emptyHint: "A super administrator decides under Settings, Attributes, which are.",

  completion: "Completing the profile",
  askedSince: "Their next page is the one that asks for what is missing, since ",
  askText:
    "All that is missing is theirs to fill in. Once asked, the next page that they open asks for it, and then they go on to where they were going.",
  ask: "Ask to complete",
  takeBack: "Take back",
  askedNotice: "Their next page asks for what is missing",
  takenBackNotice: "They are not asked any more",
  notTheirs: "Nothing is missing that this person could fill in, or some of it is not theirs",

  completeTitle: "Complete your profile",
  completeLead: (tenant: string) =>
    `${tenant} asks for what is missing in your profile. You go on from here when it is there.`,
  complete: "Save and continue",
  completedNotice: "Thank you: your profile is complete",
  signOut: "Sign out instead",
  stillMissing: "Something is still missing",
  stillMissingField: (name: string) => `Fill in: ${name}`,

  missingTitle: "Missing attributes",
  missingLead:
    "People who have no value of an attribute that is required. Locked ones are filled in by administrators and identity providers.",
  person: "Person",
  search: "Search by name or e-mail",
  only: "What they lack",
  anybody: "Anybody who lacks something",
  onlyOwn: "Can fill in all of it",
  onlyKept: "Lacks something locked",
  onlyAsked: "Asked already",
  onlyWrong: "Choose one of the filters",
  asked: "Asked",
  notAsked: "Not asked",
  state: "State",
  invited: "Invited",
  choose: (name: string) => `Choose ${name}`,
  chosen: "Choose",
  askChosen: "Ask the chosen",
  askEverybody: "Ask everybody who can fill it in",
  askEverybodyText:
    "Everybody whose missing attributes are all theirs to fill in, on this page or another. The next page that they open asks for them.",
  takeBackAll: "Take back from everybody",
  takeBackAllText: "Afterwards nobody’s next page asks for anything that is missing.",
  everybody: "Everybody",
  nobodyChosen: "Choose at least one person",
  tooManyChosen: "Choose at most 200 people",
  askedMany: (count: number, passedOver: number) =>
    passedOver === 0
      ? `${people(count)} asked`
      : `${people(count)} asked; ${people(passedOver)} passed over, who cannot fill in what is missing or are asked already`,
  takenBackMany: (count: number) => `Taken back from ${people(count)}`,
  count: people,
  nobodyTitle: "Nobody lacks anything",
  nobodyHint: "Everybody has a value of each attribute that is required.",
  nobodyFound: "Nobody found",
  nobodyFoundHint: "Try other words, or another filter.",
  showAll: "Show all",
  settings: "What is required",

  askedEvent: "Person asked to complete their profile",
  takenBackEvent: "Person no longer asked to complete their profile",
});
