import type { ChangeMessage, LiveSource, PageData } from '../page-data.js';

/** Draws anew when the server says that what the page shows is not what it was. One request at a time. */
export function followChanges(
  live: NonNullable<LiveSource>,
  data: PageData,
  onData: (data: PageData) => void,
): void {
  const sessionId = data.kind === 'session' ? data.page.report.session.sessionId : null;
  let isAsking = false;
  let isStale = false;
  const refresh = async (): Promise<void> => {
    isStale = true;
    if (isAsking) return;
    isAsking = true;
    try {
      while (isStale) {
        isStale = false;
        const answer = await fetch(live.dataUrl, { cache: 'no-store' });
        if (answer.ok) onData((await answer.json()) as PageData);
      }
    } catch {
      // The server is gone; the event stream connects again by itself when it is back, and that asks anew.
    } finally {
      isAsking = false;
    }
  };
  let events: EventSource | null = null;
  const listen = (): void => {
    events = new EventSource(live.eventsUrl);
    events.addEventListener('change', ({ data: text }: MessageEvent<string>) => {
      const { sessions } = JSON.parse(text) as ChangeMessage;
      if (sessionId === null || sessions.includes(sessionId)) void refresh();
    });
    let wasOpen = false;
    events.addEventListener('open', () => {
      // What changed while nobody was connected was told to nobody.
      if (wasOpen) void refresh();
      wasOpen = true;
    });
  };
  listen();
  // A browser has few connections to one server: tabs that nobody sees leave them to the others.
  document.addEventListener('visibilitychange', () => {
    events?.close();
    if (document.visibilityState === 'hidden') return;
    listen();
    void refresh();
  });
}
