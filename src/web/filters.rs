//! The filters of our templates. A template sees them when `filters` is in scope where its struct is defined:
//! `use crate::web::filters;`. The language comes with the values that [`page`](super::page::page) renders with;
//! a template rendered without values speaks English.

use std::any::Any;
use std::fmt::Display;

use askama::Values;
use askama::filters::Safe;

use super::assets;
use crate::error::Msg;
use crate::lang::Lang;

/// Under which name the language travels with the values of a render.
const LANG: &str = "lang";

/// Carries the language into the filters.
pub(super) struct Spoken(pub Lang);

impl Values for Spoken {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == LANG).then_some(&self.0 as &dyn Any)
    }
}

fn lang(values: &dyn Values) -> Lang {
    askama::get_value::<Lang>(values, LANG).copied().unwrap_or_default()
}

/// What `|t` takes: English text or a whole message.
pub trait Words {
    fn say(&self, lang: Lang) -> String;
}

impl Words for str {
    fn say(&self, lang: Lang) -> String {
        lang.text(self).to_owned()
    }
}

impl Words for String {
    fn say(&self, lang: Lang) -> String {
        lang.text(self).to_owned()
    }
}

impl Words for Msg {
    fn say(&self, lang: Lang) -> String {
        lang.msg(self)
    }
}

impl<W: Words + ?Sized> Words for &W {
    fn say(&self, lang: Lang) -> String {
        (**self).say(lang)
    }
}

/// The words in the reader's language.
#[askama::filter_fn]
pub fn t(what: impl Words, values: &dyn Values) -> askama::Result<String> {
    Ok(what.say(lang(values)))
}

/// The words with `{0}` filled.
#[askama::filter_fn]
pub fn t1<A: Display>(what: impl AsRef<str>, values: &dyn Values, a: A) -> askama::Result<String> {
    Ok(lang(values).msg(&Msg::new(what.as_ref().to_owned()).arg(a)))
}

/// The words with `{0}` and `{1}` filled.
#[askama::filter_fn]
pub fn t2<A: Display, B: Display>(what: impl AsRef<str>, values: &dyn Values, a: A, b: B) -> askama::Result<String> {
    Ok(lang(values).msg(&Msg::new(what.as_ref().to_owned()).arg(a).arg(b)))
}

/// The words with `{0}`, `{1}` and `{2}` filled.
#[askama::filter_fn]
pub fn t3<A: Display, B: Display, C: Display>(
    what: impl AsRef<str>,
    values: &dyn Values,
    a: A,
    b: B,
    c: C,
) -> askama::Result<String> {
    Ok(lang(values).msg(&Msg::new(what.as_ref().to_owned()).arg(a).arg(b).arg(c)))
}

/// Counted words: `{{ "{0} day"|tn("{0} days", n) }}`. The count is anything that shows as a whole number.
#[askama::filter_fn]
pub fn tn<M: AsRef<str>, N: Display>(
    one: impl AsRef<str>,
    values: &dyn Values,
    many: M,
    n: N,
) -> askama::Result<String> {
    let count = n.to_string().parse().unwrap_or(0);
    Ok(lang(values).msg(&Msg::counted(count, one.as_ref().to_owned(), many.as_ref().to_owned())))
}

/// The address of a file in `assets/`: it holds the content's fingerprint, so it may be kept for ever.
#[askama::filter_fn]
pub fn asset(name: impl AsRef<str>, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(assets::url(name.as_ref()))
}

/// An icon of the sprite, for beside a word.
#[askama::filter_fn]
pub fn icon(name: impl AsRef<str>, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(icon_html(name.as_ref(), "i")))
}

/// An icon with a leave type's hue: `{{ "day-full"|hued("vac") }}`.
#[askama::filter_fn]
pub fn hued<H: AsRef<str>>(name: impl AsRef<str>, _: &dyn Values, hue: H) -> askama::Result<Safe<String>> {
    let hue = super::parts::hue(hue.as_ref());
    Ok(Safe(icon_html(name.as_ref(), &format!("i hue {hue}"))))
}

/// Initials for an avatar: the first letters of the first and the last name, at most two.
#[askama::filter_fn]
pub fn initials(name: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(super::parts::initials(name.as_ref()))
}

/// Drawn names are our own words: letters and hyphens. Anything else would be markup, and is left out.
fn icon_html(name: &str, class: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let sprite = assets::url("icons.svg");
    format!(r#"<svg class="{class}" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"#)
}
