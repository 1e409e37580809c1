//! What a person and HR know of the person, and others do not.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::tr;

/// A person's private data, whole. All of it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personal {
    pub sensitive: Sensitive,
    pub private_email: String,
    /// At most 40 characters.
    pub private_phone: String,
    /// At most 500 characters, in lines.
    pub home_address: String,
    pub birthday: Option<Date>,
    /// Colleagues may know day and month.
    pub birthday_shown: bool,
    pub emergency_name: String,
    pub emergency_relation: String,
    pub emergency_phone: String,
}

/// What only HR's word makes valid: whoever sits at an open screen must not redirect a salary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
#[schema(as = ConfirmedByHr)]
pub struct Sensitive {
    /// As in the passport, where it is not first and last name. At most 200 characters.
    pub legal_name: String,
    /// At most 200 characters.
    pub account_holder: String,
    /// Without blanks, 15 to 34 letters and digits; the check digits hold (ISO 13616).
    #[schema(example = "DE89370400440532013000")]
    pub iban: String,
    /// 8 or 11 letters and digits (ISO 9362).
    #[schema(example = "COBADEFF370")]
    pub bic: String,
}

impl Sensitive {
    /// By field, as columns and forms name them, with the words for it.
    pub fn fields(&self) -> [(&'static str, &'static str, &str); 4] {
        [
            ("legal_name", tr!("Legal name"), &self.legal_name),
            ("account_holder", tr!("Account holder"), &self.account_holder),
            ("iban", tr!("IBAN"), &self.iban),
            ("bic", tr!("BIC"), &self.bic),
        ]
    }

    /// This, with those fields in which `before` and `after` differ as `after` has them.
    #[must_use]
    pub fn with_change(&self, before: &Sensitive, after: &Sensitive) -> Sensitive {
        let pick = |of: fn(&Sensitive) -> &String| if of(before) == of(after) { of(self) } else { of(after) }.clone();
        Sensitive {
            legal_name: pick(|one| &one.legal_name),
            account_holder: pick(|one| &one.account_holder),
            iban: pick(|one| &one.iban),
            bic: pick(|one| &one.bic),
        }
    }

    /// As the audit log keeps it for years: of bank details only the last four characters.
    pub(super) fn audited(&self) -> [(&'static str, Value); 4] {
        [
            ("legal_name", json!(self.legal_name)),
            ("account_holder", json!(masked(&self.account_holder))),
            ("iban", json!(masked(&self.iban))),
            ("bic", json!(masked(&self.bic))),
        ]
    }
}

/// "…3000"; of what is shorter than eight characters nothing; empty stays empty.
fn masked(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    match all.len() {
        0 => String::new(),
        1..8 => "…".to_owned(),
        long => std::iter::once('…').chain(all[long - 4..].iter().copied()).collect(),
    }
}

impl Personal {
    /// What is not sensitive, by column.
    pub(super) fn audited(&self) -> impl Iterator<Item = (&'static str, Value)> + use<> {
        let open = [
            ("private_email", json!(self.private_email)),
            ("private_phone", json!(self.private_phone)),
            ("home_address", json!(self.home_address)),
            ("birthday", json!(self.birthday)),
            ("birthday_shown", json!(self.birthday_shown)),
            ("emergency_name", json!(self.emergency_name)),
            ("emergency_relation", json!(self.emergency_relation)),
            ("emergency_phone", json!(self.emergency_phone)),
        ];
        open.into_iter()
    }
}

/// What of it is to change; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PersonalChange)]
pub struct Change {
    pub legal_name: Option<String>,
    pub private_email: Option<String>,
    pub private_phone: Option<String>,
    pub home_address: Option<String>,
    #[serde(deserialize_with = "crate::web::json::there")]
    #[schema(value_type = Option<String>, format = Date)]
    pub birthday: Option<Option<Date>>,
    pub birthday_shown: Option<bool>,
    pub emergency_name: Option<String>,
    pub emergency_relation: Option<String>,
    pub emergency_phone: Option<String>,
    pub account_holder: Option<String>,
    /// Blanks are left out.
    pub iban: Option<String>,
    pub bic: Option<String>,
}

impl Change {
    /// Something that HR confirms is given, changed or not.
    pub fn is_sensitive(&self) -> bool {
        [&self.legal_name, &self.account_holder, &self.iban, &self.bic].iter().any(|field| field.is_some())
    }

    pub fn apply(self, to: &mut Personal) {
        fn set<T>(to: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *to = value;
            }
        }
        set(&mut to.sensitive.legal_name, self.legal_name);
        set(&mut to.sensitive.account_holder, self.account_holder);
        set(&mut to.sensitive.iban, self.iban);
        set(&mut to.sensitive.bic, self.bic);
        set(&mut to.private_email, self.private_email);
        set(&mut to.private_phone, self.private_phone);
        set(&mut to.home_address, self.home_address);
        set(&mut to.birthday, self.birthday);
        set(&mut to.birthday_shown, self.birthday_shown);
        set(&mut to.emergency_name, self.emergency_name);
        set(&mut to.emergency_relation, self.emergency_relation);
        set(&mut to.emergency_phone, self.emergency_phone);
    }
}
