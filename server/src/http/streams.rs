//! The change feed as a stream of server-sent events: a bounded number of them, each with a
//! bounded buffer. Who reads too slowly is told so and put out; the feed waits for nobody.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::{Bytes, Data};
use serde_json::json;
use shouxin_core::actor::Role;
use shouxin_core::id::Position;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use crate::access::Access;
use crate::documents::Gate;
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::events::{Page, page};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::sharing::Reach;

/// Who may keep a stream open: whoever has a key to account for it.
pub(crate) const READERS: &[Role] = &[
    Role::Department,
    Role::Provider,
    Role::CreditOffice,
    Role::LeadingGroup,
    Role::Association,
    Role::CourtRegistrar,
    Role::Subject,
    Role::Auditor,
    Role::Market,
];

const STREAMS_MAX: usize = 64;
const STREAMS_PER_KEY_MAX: usize = 2;
/// Pages that wait for a client.
const BUFFERED_PAGES_MAX: usize = 4;
/// How long a full buffer may stay full.
const SLOW_AFTER: Duration = Duration::from_secs(10);
/// How often a quiet stream says that it is alive, and the key is looked at again.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// How long a stream lasts; the client comes back where it was.
const LASTS: Duration = Duration::from_secs(3600);

/// The streams that are open.
pub struct Streams {
    gate: Gate,
    stop: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Streams {
        Streams { gate: Gate::new(STREAMS_MAX, STREAMS_PER_KEY_MAX), stop: watch::channel(false).0 }
    }
}

impl Streams {
    /// Ends every stream, so that the server can stop.
    pub fn close(&self) {
        self.stop.send_replace(true);
    }
}

/// Who reads, and as what.
pub(crate) struct Reader {
    /// The key.
    pub caller: Caller,
    /// What it may see.
    pub sight: Sight,
    /// The entry of the access log, where a look has to be recorded.
    pub look: Option<Access>,
    /// Events of one page.
    pub limit: usize,
}

/// Opens a stream behind `after`.
pub(crate) fn open(
    app: Data<App>,
    reader: Reader,
    after: Position,
) -> Result<HttpResponse, Problem> {
    let place = app.streams.gate.enter(&reader.caller.key_id).ok_or_else(|| {
        Problem::new(
            Code::Busy,
            format!(
                "变更流已满：共 {STREAMS_MAX} 路，每个密钥 {STREAMS_PER_KEY_MAX} 路 / all streams are taken"
            ),
            "请稍后重试，或按页读取 / try again later, or read pages",
        )
    })?;
    let (sender, receiver) = mpsc::channel(BUFFERED_PAGES_MAX);
    let last = Arc::new(Mutex::new(None));
    let body = Stream { receiver, last: last.clone() };
    actix_web::rt::spawn(async move {
        // The place is free as soon as nothing more is made, whether the client reads or not.
        let _place = place;
        let mut feed = Feed { app, reader, after, sender };
        let why = feed.run().await;
        let text = json!({"reason": why, "after": feed.after.to_string()});
        let message = Bytes::from(format!("event: closed\ndata: {text}\n\n"));
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
    });
    let mut response = HttpResponse::Ok();
    response.insert_header(("Cache-Control", "no-store"));
    Ok(response.content_type("text/event-stream").body(body))
}

struct Feed {
    app: Data<App>,
    reader: Reader,
    after: Position,
    sender: mpsc::Sender<Bytes>,
}

impl Feed {
    /// Sends until something ends it; answers what.
    async fn run(&mut self) -> &'static str {
        let mut head = self.app.engine.head();
        let mut stop = self.app.streams.stop.subscribe();
        let began = Instant::now();
        if self.send("retry: 3000\n\n".to_owned()).await.is_err() {
            return "gone";
        }
        loop {
            head.borrow_and_update();
            if *stop.borrow() {
                return "the server is stopping / 服务正在停止";
            }
            if began.elapsed() > LASTS {
                return "renew the stream / 请重新连接";
            }
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(why) => return why,
            }
            tokio::select! {
                changed = head.changed() => if changed.is_err() {
                    return "the server is stopping / 服务正在停止";
                },
                _ = stop.changed() => {}
                () = self.sender.closed() => return "gone",
                () = tokio::time::sleep(ALIVE_EVERY) => {
                    if let Err(why) = self.send(": alive\n\n".to_owned()).await {
                        return why;
                    }
                }
            }
        }
    }

    /// Sends a page; answers whether there is more now.
    async fn step(&mut self) -> Result<bool, &'static str> {
        let broken = |error: Problem| {
            tracing::error!(%error, "a stream of the change feed ended");
            "the feed cannot be read / 变更流暂不可读"
        };
        if !self.reader.caller.still_valid(&self.app.engine).map_err(broken)? {
            return Err("the key is revoked or expired / 密钥已吊销或过期");
        }
        let Reader { sight, limit, .. } = self.reader;
        // Asked again for each page: a contract may end while the stream goes on.
        let (engine, now) = (&self.app.engine, self.app.engine.clock.now());
        let reach = match &self.reader.look {
            Some(look) => {
                Reach::of(&engine.rules, &self.reader.caller, &look.purpose, now.legal_date())
            }
            None => Reach::All,
        };
        let page = page(engine, (sight, &reach), self.after, limit).map_err(broken)?;
        if page.items.is_empty() {
            self.after = page.through;
            return Ok(page.more);
        }
        if let Some(look) = &mut self.reader.look {
            look.at_ms = now.0;
            look.contracts = reach.contracts().to_vec();
            look.file = page.files();
            looks::keep(&self.app, look).await.map_err(broken)?;
        }
        self.send(text(&page)).await?;
        self.after = page.through;
        Ok(page.more)
    }

    async fn send(&self, text: String) -> Result<(), &'static str> {
        send(&self.sender, text, SLOW_AFTER).await
    }
}

/// Puts a text into a client's buffer, or says why not.
async fn send(
    sender: &mpsc::Sender<Bytes>,
    text: String,
    slow_after: Duration,
) -> Result<(), &'static str> {
    match timeout(slow_after, sender.send(Bytes::from(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err("gone"),
        Err(_) => Err("too slow; go on from `after` / 读取过慢，请从 after 继续"),
    }
}

/// Events of a page. Only the last of one position carries it, so that a client that was cut off
/// in between hears of the others again.
fn text(page: &Page) -> String {
    let mut text = String::new();
    let mut items = page.items.iter().peekable();
    while let Some(item) = items.next() {
        if items.peek().is_none_or(|next| next.at != item.at) {
            text.push_str(&format!("id: {}\n", item.at));
        }
        text.push_str(&format!("event: change\ndata: {}\n\n", item.body));
    }
    text
}

/// The body: what waits, and at the end why there is no more.
struct Stream {
    receiver: mpsc::Receiver<Bytes>,
    last: Arc<Mutex<Option<Bytes>>>,
}

impl MessageBody for Stream {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match self.receiver.poll_recv(context) {
            Poll::Ready(None) => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                Poll::Ready(last.take().map(Ok))
            }
            Poll::Ready(Some(bytes)) => Poll::Ready(Some(Ok(bytes))),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn a_slow_client_is_put_out_and_told_last() {
        let (sender, receiver) = mpsc::channel(1);
        let last = Arc::new(Mutex::new(None));
        let mut body = Box::pin(Stream { receiver, last: last.clone() });
        let moment = Duration::from_millis(1);
        assert_eq!(send(&sender, "one".to_owned(), moment).await, Ok(()));
        let why = send(&sender, "two".to_owned(), moment).await.unwrap_err();
        assert!(why.starts_with("too slow"), "{why}");
        *last.lock().unwrap() = Some(Bytes::from_static(b"closed"));
        drop(sender);
        let mut told = Vec::new();
        while let Some(Ok(bytes)) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            told.push(bytes);
        }
        assert_eq!(told, [Bytes::from_static(b"one"), Bytes::from_static(b"closed")]);
    }
}
