/** Words of what went wrong between page and server. Loaded with the first step of the page: keep this file small. */

export const problemWords = {
  unreachable: "The server does not answer.",
  httpStatus: (status: number) => `The server answered ${status}.`,
  unreadable: "The server's answer could not be read.",
  outdated: "The page has changed, and a part of it could not be loaded.",
  loadAgain: "Load it again.",
  reload: "Reload",
};
