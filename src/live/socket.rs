//! One socket: says what differs from what it said last, answers pings, and ends when it must.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::AppError;

use super::room::{Chair, Told};
use super::state::{Said, State};
use super::{Live, Place};
use crate::auth::Ctx;

/// How long a client may take to say whose socket it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a client may wish for something else between two beats.
const MOST_WISHES: u32 = 20;

/// Why a socket ends, for the client: of RFC 6455, section 7.4, and from 4000 on our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    /// The program stops, or the organization is closed.
    GoingAway,
    /// What the client said cannot be read, or is too much.
    NotUnderstood,
    /// Too many sockets.
    ComeLater,
    /// No such credential, or it holds no more.
    SignedOut,
}

impl Close {
    fn frame(self) -> Message {
        let (code, reason) = match self {
            Close::GoingAway => (1001, "going away"),
            Close::NotUnderstood => (1008, "not understood"),
            Close::ComeLater => (1013, "too many"),
            Close::SignedOut => (4401, "signed out"),
        };
        Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))
    }
}

/// Serves a socket whose credential came with the request.
pub(super) async fn serve(live: Arc<Live>, mut socket: WebSocket, mut chair: Chair) {
    let mut stop = live.stop.subscribe();
    if let Some(why) = talk(&mut socket, &mut chair, &mut stop).await {
        // Whether it arrives is the client's affair.
        let _ = timeout(PATIENCE, socket.send(why.frame())).await;
    }
}

/// Serves a socket of which the first message says whose it is.
pub(super) async fn introduce<F>(
    live: Arc<Live>,
    mut socket: WebSocket,
    place: Place,
    signed_in: impl FnOnce(String) -> F,
) where
    F: Future<Output = crate::error::Result<Ctx>>,
{
    let mut stop = live.stop.subscribe();
    let first = tokio::select! {
        first = timeout(PATIENCE, socket.recv()) => first,
        _ = stop.changed() => return,
    };
    let token = match first {
        Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str(&text) {
            Ok(Said::Token(token)) => Ok(token),
            _ => Err(Close::NotUnderstood),
        },
        Ok(Some(Ok(_))) => Err(Close::NotUnderstood),
        // Nobody there any more, or nobody who says anything.
        Ok(Some(Err(_)) | None) => return,
        Err(_) => Err(Close::SignedOut),
    };
    let seated = match token {
        Err(why) => Err(why),
        Ok(token) => match signed_in(token).await {
            Ok(ctx) => live.seat(&ctx).map_err(|_| Close::ComeLater),
            Err(AppError::Unavailable(_)) => Err(Close::ComeLater),
            Err(_) => Err(Close::SignedOut),
        },
    };
    drop(place);
    match seated {
        Ok(chair) => serve(live, socket, chair).await,
        Err(why) => drop(timeout(PATIENCE, socket.send(why.frame())).await),
    }
}

/// Until it ends; `None` where the client has gone.
async fn talk(socket: &mut WebSocket, chair: &mut Chair, stop: &mut watch::Receiver<bool>) -> Option<Close> {
    let mut said: Option<Arc<State>> = None;
    // Since the last beat: whether something has come, and how often something else was wished for.
    let (mut alive, mut wishes_made) = (true, 0);
    loop {
        tokio::select! {
            _ = stop.changed() => return Some(Close::GoingAway),
            changed = chair.told.changed() => {
                if changed.is_err() {
                    return Some(Close::GoingAway);
                }
                let told = chair.told.borrow_and_update().clone();
                let now = match told {
                    Told::Wait => continue,
                    Told::SignedOut => return Some(Close::SignedOut),
                    Told::Closed => return Some(Close::GoingAway),
                    Told::Now(now) => now,
                };
                for frame in now.news(said.as_deref()) {
                    let text = serde_json::to_string(&frame).unwrap_or_default();
                    socket.send(Message::text(text)).await.ok()?;
                }
                said = Some(now);
            }
            _ = chair.beat.changed() => {
                if !alive {
                    return None;
                }
                (alive, wishes_made) = (false, 0);
                socket.send(Message::Ping(axum::body::Bytes::new())).await.ok()?;
            }
            message = socket.recv() => {
                alive = true;
                match message?.ok()? {
                    Message::Text(text) => match serde_json::from_str(&text) {
                        Ok(Said::Follow(wishes)) if wishes.is_modest() && wishes_made < MOST_WISHES => {
                            wishes_made += 1;
                            chair.follow(wishes);
                        }
                        _ => return Some(Close::NotUnderstood),
                    },
                    Message::Binary(_) => return Some(Close::NotUnderstood),
                    Message::Close(_) => return None,
                    Message::Ping(_) | Message::Pong(_) => {}
                }
            }
        }
    }
}
