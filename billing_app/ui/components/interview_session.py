"""The live practice session: a conversation over the WebSocket of the API, as a host product would have it.

The page's own state knows only whether a session runs; what is said goes straight between browser and API.
"""

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportDict

from billing_app.ui.components.buttons import look

_CODE = """
const INTERVIEW_HEARTBEAT_MS = 15000;

function InterviewSession({ topic, endLook, sendLook, onEnded, onRefused, onLost }) {
  const [lines, setLines] = useState([]);
  const [answer, setAnswer] = useState("");
  const [problem, setProblem] = useState("");
  const [ready, setReady] = useState(false);
  const socket = useRef(null);
  const finished = useRef(false);
  const began = useRef(false);
  const foot = useRef(null);

  useEffect(() => {
    const scheme = window.location.protocol === "https:" ? "wss://" : "ws://";
    const address = scheme + window.location.host + "/api/v1/playground/interview?topic=" + encodeURIComponent(topic);
    const line = new WebSocket(address);
    let opened = false;
    finished.current = false;
    socket.current = line;
    const beat = setInterval(() => {
      if (line.readyState === 1) line.send(JSON.stringify({ type: "ping" }));
    }, INTERVIEW_HEARTBEAT_MS);
    line.onopen = () => { opened = true; };
    line.onmessage = (event) => {
      const said = JSON.parse(event.data);
      if (said.type === "question") {
        setReady(true);
        setLines((before) => [...before, { who: "them", text: said.text }]);
      } else if (said.type === "error") {
        setReady(true);
        setProblem(said.problem.detail);
      } else if (said.type === "ended") {
        finished.current = true;
        onEnded(said.charged, said.available, said.feedback);
      }
    };
    line.onclose = () => {
      clearInterval(beat);
      if (finished.current || socket.current !== line) return;
      if (opened) onLost(began.current); else onRefused();
    };
    return () => { socket.current = null; clearInterval(beat); line.close(); };
  }, [topic]);

  useEffect(() => { foot.current && foot.current.scrollIntoView({ block: "nearest" }); }, [lines]);

  const say = () => {
    const text = answer.trim();
    if (!text || !ready || !socket.current) return;
    began.current = true;
    setReady(false);
    setProblem("");
    setLines((before) => [...before, { who: "you", text }]);
    setAnswer("");
    socket.current.send(JSON.stringify({ type: "answer", text }));
  };
  const end = () => socket.current && socket.current.send(JSON.stringify({ type: "end" }));

  return jsx("div", { className: "grid gap-4", id: "session" },
    jsx("ol", { className: "grid gap-3", role: "log", "aria-live": "polite", "aria-label": "The interview" },
      lines.map((line, index) => jsx("li", {
        key: index,
        className: line.who === "you"
          ? "ml-auto max-w-[85%] whitespace-pre-wrap rounded-panel bg-accent-soft px-4 py-2.5 break-words"
          : "mr-auto max-w-[85%] rounded-panel border border-line bg-surface px-4 py-2.5 shadow-lift break-words",
      }, jsx("span", { className: "sr-only" }, line.who === "you" ? "You: " : "Interviewer: "), line.text)),
      lines.length === 0 ? jsx("li", { className: "text-ink-2" }, "Connecting to your interviewer\u2026") : null,
    ),
    jsx("div", { ref: foot }),
    problem ? jsx("p", { role: "alert", className: "text-small text-bad" }, problem) : null,
    jsx("form", { className: "grid gap-2.5", onSubmit: (event) => { event.preventDefault(); say(); } },
      jsx("label", { htmlFor: "answer", className: "text-small font-[550]" }, "Your answer"),
      jsx("textarea", {
        id: "answer", value: answer, maxLength: 4000, rows: 4,
        onChange: (event) => setAnswer(event.target.value),
        onKeyDown: (event) => {
          if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          say();
        },
        className: "w-full rounded-card border border-control-line bg-surface px-3.5 py-3 text-[.9375rem] text-ink",
      }),
      jsx("div", { className: "flex flex-wrap items-center gap-2.5" },
        jsx("span", { className: "text-tiny text-ink-3" }, "Ctrl + Enter sends"),
        jsx("span", { className: "flex-1" }),
        jsx("button", { type: "button", onClick: end, className: endLook }, "End the session"),
        jsx("button", {
          type: "submit", "aria-disabled": !ready || !answer.trim(), className: sendLook,
        }, "Send"),
      ),
    ),
  );
}
"""


def _ended(
    charged: rx.Var[int], available: rx.Var[int], lines: rx.Var[list[str]]
) -> tuple[rx.Var[int], rx.Var[int], rx.Var[list[str]]]:
    return charged, available, lines


def _lost(began: rx.Var[bool]) -> tuple[rx.Var[bool]]:
    return (began,)


class InterviewSession(rx.Component):
    """The React side. Mounted while a session runs; unmounting it closes the line."""

    tag = "InterviewSession"

    topic: rx.Var[str]
    end_look: rx.Var[str]
    send_look: rx.Var[str]
    on_ended: rx.EventHandler[_ended]
    on_refused: rx.EventHandler[rx.event.no_args_event_spec]
    on_lost: rx.EventHandler[_lost]

    def add_imports(self) -> ImportDict:
        return {"react": ["useEffect", "useRef", "useState"], "@emotion/react": ["jsx"]}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


def interview_session(*, topic: Any, on_ended: Any, on_refused: Any, on_lost: Any) -> rx.Component:
    """A running session. `on_ended(charged, available, feedback)`; `on_refused()`: the gate said no at connect;
    `on_lost(began)`: the line broke."""
    return InterviewSession.create(
        topic=topic,
        end_look=look("plain"),
        send_look=look("primary"),
        on_ended=on_ended,
        on_refused=on_refused,
        on_lost=on_lost,
    )
