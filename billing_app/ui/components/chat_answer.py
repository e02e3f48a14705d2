"""An answer while it arrives: asked for by the browser itself, shown event by event, stopped by closing the line.

The page's own state knows only that a question is being answered; what it cost it reads from the ledger afterwards.
"""

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportDict

from billing_app.ui.components.buttons import look

ARTICLE = "rounded-card border border-line bg-surface shadow-lift"
ASKED = "border-b border-line px-4 py-3 font-[560] break-words whitespace-pre-line sm:px-[18px]"
ANSWER = "px-4 py-3.5 break-words whitespace-pre-line sm:px-[18px]"
SOURCES = "grid gap-2.5 border-t border-line px-4 py-3.5 sm:px-[18px]"
SOURCE = "grid grid-cols-[26px_minmax(0,1fr)] text-small"
NUMBER = "text-ink-3 tabular-nums"
TITLE = "block font-[550] break-words"
PLACE = "block text-tiny text-ink-3 [overflow-wrap:anywhere]"
EXCERPT = "mt-0.5 line-clamp-2 text-ink-2 break-words"
FOOT = "flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-4 py-2.5 text-small text-ink-2 sm:px-[18px]"

_CODE = r"""
const CHAT_ADDRESS = "/api/v1/playground/chat";

async function eachChatEvent(response, take) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const [name, data] = block.split("\n");
      take(name.slice("event: ".length), JSON.parse(data.slice("data: ".length)));
    }
  }
}

function ChatAnswer({ ask, held, stopLook, looks, onDone, onRefused, onLost }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState([]);
  const line = useRef(null);

  useEffect(() => {
    const control = new AbortController();
    let over = false, left = false;
    line.current = control;
    const take = (name, data) => {
      if (name === "words") setText((before) => before + data.text);
      if (name === "found") setFound((before) => [...before, data]);
      if (name === "done" || name === "broken") over = true;
    };
    (async () => {
      try {
        const response = await fetch(CHAT_ADDRESS, {
          method: "POST", credentials: "same-origin", signal: control.signal,
          headers: { "Content-Type": "application/json" }, body: JSON.stringify(ask),
        });
        if (!response.ok) {
          const problem = await response.json().catch(() => ({}));
          over = true;
          onRefused(problem.code || "", problem.detail || "");
          return;
        }
        await eachChatEvent(response, take);
      } catch (error) {
        if (left) return;
      }
      if (over) onDone(); else onLost();
    })();
    return () => { left = true; line.current = null; control.abort(); };
  }, [ask.id]);

  const items = found.flatMap((one) => one.items.map((item) => ({ ...item, by: one.name })));
  return jsx("article", { className: looks.article, id: "answering" },
    jsx("h2", { className: looks.asked }, ask.question),
    jsx("div", { className: looks.answer, "aria-live": "polite" },
      text || jsx("span", { className: "text-ink-3" }, "Looking things up\u2026")),
    items.length === 0 ? null : jsx("ul", { className: looks.sources, "aria-label": "Found so far" },
      items.map((item, place) => jsx("li", { key: place, className: looks.source },
        jsx("span", { className: looks.number }, item.number ? "[" + item.number + "]" : "="),
        jsx("span", null,
          jsx("span", { className: looks.title }, item.title),
          jsx("span", { className: looks.place }, item.number ? item.source : item.by),
          jsx("span", { className: looks.excerpt }, item.text)),
      ))),
    jsx("div", { className: looks.foot },
      jsx("span", { className: "flex-1" }, held),
      jsx("button", {
        type: "button", className: stopLook, onClick: () => line.current && line.current.abort(),
      }, "Stop")),
  );
}
"""


def _refused(code: rx.Var[str], detail: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return code, detail


class ChatAnswer(rx.Component):
    """The React side. Mounted while a question is answered; unmounting it closes the line."""

    tag = "ChatAnswer"

    ask: rx.Var[dict[str, Any]]
    held: rx.Var[str]
    stop_look: rx.Var[str]
    looks: rx.Var[dict[str, str]]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]
    on_refused: rx.EventHandler[_refused]
    on_lost: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> ImportDict:
        return {"react": ["useEffect", "useRef", "useState"], "@emotion/react": ["jsx"]}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


def chat_answer(*, ask: Any, held: Any, on_done: Any, on_refused: Any, on_lost: Any) -> rx.Component:
    """A question being answered: `ask` is the body of the request.

    `on_done()`: the last event came, whatever it said. `on_refused(code, detail)`: nothing was held. `on_lost()`: the
    line broke, or was stopped.
    """
    looks = {
        "article": ARTICLE,
        "asked": ASKED,
        "answer": ANSWER,
        "sources": SOURCES,
        "source": SOURCE,
        "number": NUMBER,
        "title": TITLE,
        "place": PLACE,
        "excerpt": EXCERPT,
        "foot": FOOT,
    }
    return ChatAnswer.create(
        ask=ask,
        held=held,
        stop_look=look("plain", "s"),
        looks=looks,
        on_done=on_done,
        on_refused=on_refused,
        on_lost=on_lost,
    )
