/**
 * Sign-in form for the access token, where the server requires one. It posts the token to `/login` with the current address, so that the
 * server returns the reader to the same search; the page does not keep the token.
 */
import type { JSX } from "preact";
import { dialogWords } from "../../words";

export function SignInForm(): JSX.Element {
  return (
    <form method="post" action="/login" class="sign-in">
      <label>{dialogWords.accessToken} <input type="password" name="access_token" autocomplete="current-password" required /></label>
      <input type="hidden" name="next" value={location.pathname + location.search} />
      <button>{dialogWords.signIn}</button>
    </form>
  );
}
