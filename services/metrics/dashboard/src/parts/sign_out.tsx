// Signing out, which says so where it did not work: on a computer of several people that matters.
import { useState } from "preact/hooks";

import { signOut } from "../api";
import { say } from "../words";

export function SignOut() {
  const [failed, fails] = useState(false);
  const out = () => {
    fails(false);
    signOut().catch(() => fails(true));
  };
  return (
    <>
      {failed && <span role="alert">{say("still_in")}</span>}
      <button type="button" class="button" onClick={out}>{say("sign_out")}</button>
    </>
  );
}
