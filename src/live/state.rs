//! What a socket knows, and what it says when that changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::OnboardingId;
use crate::onboarding::rules::Progress;

/// One message to the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = LiveMessage)]
pub enum Frame {
    /// Notices not yet read.
    UnreadCount {
        #[schema(example = 3)]
        unread: u64,
    },
    /// Decisions that wait.
    InboxCount {
        #[schema(example = 2)]
        inbox: u64,
    },
    /// How far an onboarding is; `percent` is of the required tasks, the figures are of all.
    OnboardingProgress {
        #[schema(example = 5)]
        onboarding_id: OnboardingId,
        #[schema(example = 78)]
        percent: u8,
        #[schema(example = 18)]
        completed: u32,
        #[schema(example = 23)]
        total: u32,
    },
    /// How far something long is: rows written, of how many. Both are 0 before the first is.
    JobProgress {
        #[schema(example = "people_import")]
        job: &'static str,
        id: String,
        #[schema(example = 1200)]
        done: usize,
        #[schema(example = 10000)]
        total: usize,
        /// It has come to its end, good or bad; its page says which.
        ended: bool,
    },
}

/// The one long job there is so far.
const IMPORT: &str = "people_import";

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Import {
    pub done: usize,
    pub total: usize,
    pub ended: bool,
}

/// All that one socket may know now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub unread: u64,
    pub inbox: u64,
    pub onboardings: BTreeMap<OnboardingId, (u8, u32, u32)>,
    pub imports: BTreeMap<String, Import>,
}

impl State {
    pub(super) fn note(&mut self, id: OnboardingId, progress: Progress) {
        self.onboardings.insert(id, (progress.percent(), progress.completed, progress.total));
    }

    /// What to say to a client that was told `before`; everything to one that was told nothing.
    pub(super) fn news(&self, before: Option<&State>) -> Vec<Frame> {
        let mut news = Vec::new();
        if before.is_none_or(|before| before.unread != self.unread) {
            news.push(Frame::UnreadCount { unread: self.unread });
        }
        if before.is_none_or(|before| before.inbox != self.inbox) {
            news.push(Frame::InboxCount { inbox: self.inbox });
        }
        for (id, now) in &self.onboardings {
            if before.and_then(|before| before.onboardings.get(id)) != Some(now) {
                let (percent, completed, total) = *now;
                news.push(Frame::OnboardingProgress { onboarding_id: *id, percent, completed, total });
            }
        }
        for (id, now) in &self.imports {
            if before.and_then(|before| before.imports.get(id)) != Some(now) {
                let Import { done, total, ended } = *now;
                news.push(Frame::JobProgress { job: IMPORT, id: id.clone(), done, total, ended });
            }
        }
        news
    }
}

/// Most of a kind that one page may follow.
pub(super) const MOST_FOLLOWED: usize = 50;

/// What a page shows beside the counts, and wants to be told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wishes {
    pub onboardings: Vec<OnboardingId>,
    /// Ids of imports that go on.
    pub imports: Vec<String>,
}

impl Wishes {
    pub(super) fn is_modest(&self) -> bool {
        self.onboardings.len() <= MOST_FOLLOWED && self.imports.len() <= MOST_FOLLOWED
    }
}

/// One message from the client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Said {
    /// Whose socket it is, where neither a cookie nor a header has said so: the first message.
    Token(String),
    /// What to follow from now on, instead of what was followed before.
    Follow(Wishes),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_said() {
        let mut state = State { unread: 3, ..State::default() };
        assert_eq!(state.news(None), [Frame::UnreadCount { unread: 3 }, Frame::InboxCount { inbox: 0 }]);
        let before = state.clone();
        assert!(state.news(Some(&before)).is_empty());
        state.onboardings.insert(OnboardingId(5), (78, 18, 23));
        state.inbox = 1;
        let progress =
            Frame::OnboardingProgress { onboarding_id: OnboardingId(5), percent: 78, completed: 18, total: 23 };
        assert_eq!(state.news(Some(&before)), [Frame::InboxCount { inbox: 1 }, progress]);
    }

    #[test]
    fn messages_look_as_the_page_says() {
        let json = |frame: Frame| serde_json::to_value(frame).unwrap();
        assert_eq!(json(Frame::UnreadCount { unread: 3 }), serde_json::json!({"type": "unread_count", "unread": 3}));
        let progress =
            Frame::OnboardingProgress { onboarding_id: OnboardingId(5), percent: 78, completed: 18, total: 23 };
        let told = json(progress);
        assert_eq!((&told["type"], &told["onboarding_id"]), (&"onboarding_progress".into(), &5.into()));
        assert_eq!(told["percent"], 78);
    }

    #[test]
    fn what_a_client_says_is_read_or_refused() {
        let read = |text: &str| serde_json::from_str::<Said>(text);
        assert_eq!(read(r#"{"token": "a.b"}"#).unwrap(), Said::Token("a.b".to_owned()));
        let wishes = Wishes { onboardings: vec![OnboardingId(5)], imports: Vec::new() };
        assert_eq!(read(r#"{"follow": {"onboardings": [5]}}"#).unwrap(), Said::Follow(wishes));
        for wrong in
            ["", "{}", "[]", r#"{"token": 5}"#, r#"{"follow": {"people": [5]}}"#, r#"{"token": "a", "follow": {}}"#]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
