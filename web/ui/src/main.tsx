/** Starts the page: one state, drawn when it is time (`view/pace.ts`). */
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/bars.css";
import "./style/column.css";
import "./style/card.css";
import "./style/panel.css";
import "./style/dialog.css";
import "./style/narrow.css";
import { Page } from "./state/page";
import { loadSettings } from "./state/settings";
import { App } from "./view/App";
import { Pace } from "./view/pace";

const root = document.getElementById("app") as HTMLElement;
const pace = new Pace(
  (now) => render(<App page={page} frame={now} />, root),
  (now) => page.column.arrivals.perMinute(now),
);
const socketUrl = new URL("/ws", location.href);
socketUrl.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const page = new Page(loadSettings(), socketUrl.href, (cause) => pace.touch(cause));
page.start();
pace.touch();
addEventListener("resize", () => pace.touch());
