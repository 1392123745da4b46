/** Starts the page: one state, drawn at most once a frame and never faster than the eye needs. */
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

const root = document.getElementById("app") as HTMLElement;
const GAP_MS = 30;
/** In a torrent ten lists a second are already more than can be read; the rest of the time is the reader's. */
const TORRENT_A_MINUTE = 6_000;
const TORRENT_GAP_MS = 100;
let asked = false;
let drawnAt = 0;

function draw(): void {
  const now = performance.now();
  const torrent = page.column.state === "live" && page.column.arrivals.perMinute(now) > TORRENT_A_MINUTE;
  if (now - drawnAt < (torrent ? TORRENT_GAP_MS : GAP_MS)) {
    requestAnimationFrame(draw);
    return;
  }
  asked = false;
  drawnAt = now;
  render(<App page={page} frame={drawnAt} />, root);
}

function touch(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

const socketUrl = new URL("/ws", location.href);
socketUrl.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const page = new Page(loadSettings(), socketUrl.href, touch);
page.start();
touch();
addEventListener("resize", touch);
