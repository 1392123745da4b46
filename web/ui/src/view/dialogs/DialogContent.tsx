/**
 * Dialog content: selects the component of a dialog by its name (help, search syntax, coverage, saved searches, column menu, decks, sign-in).
 * This module is a chunk of its own, so that the first view does not load the code and words of the dialogs.
 */
import type { JSX } from "preact";
import type { Desk, DialogName } from "../../state/desk";
import { ColumnMenu } from "./ColumnMenu";
import { ConflictDialog } from "./ConflictDialog";
import { DecksDialog } from "./DecksDialog";
import { CoverageDialog } from "./CoverageDialog";
import { HelpAndSettings } from "./HelpAndSettings";
import { SavedSearches } from "./SavedSearches";
import { SearchSyntax } from "./SearchSyntax";
import { SignInForm } from "./SignInForm";
import { WhyDialog } from "./WhyDialog";

export function DialogContent({ desk, name }: { desk: Desk; name: Exclude<DialogName, "palette" | null> }): JSX.Element {
  switch (name) {
    case "help":
      return <HelpAndSettings desk={desk} />;
    case "language":
      return <SearchSyntax desk={desk} />;
    case "coverage":
      return <CoverageDialog desk={desk} />;
    case "saved":
      return <SavedSearches desk={desk} />;
    case "column":
      return <ColumnMenu desk={desk} />;
    case "why":
      return <WhyDialog desk={desk} />;
    case "decks":
      return <DecksDialog desk={desk} />;
    case "deck-conflict":
      return <ConflictDialog desk={desk} />;
    case "sign-in":
      return <SignInForm />;
  }
}
