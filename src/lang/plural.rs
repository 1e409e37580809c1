//! Which of a sentence's plural forms goes with a number: the few rules that the `Plural-Forms` header of a
//! catalogue can name. Source: the table in the GNU gettext manual, chapter "Plural forms".

/// The rule of one catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PluralRule {
    /// Japanese, Chinese, Vietnamese…: one form for all.
    None,
    /// English, German, Portuguese, Dutch…: one, and everything else.
    #[default]
    OneOther,
    /// French, Brazilian Portuguese: none and one alike, and everything else.
    UpToOne,
    /// Polish: one; two to four but not twelve to fourteen; everything else.
    Polish,
    /// Czech, Slovak: one; two to four; everything else.
    Czech,
}

impl PluralRule {
    /// The rule a header's expression stands for, spaces and outer brackets aside. None where it is not in the table.
    pub fn parse(expression: &str) -> Option<PluralRule> {
        let bare: String = expression.chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect();
        Some(match bare.as_str() {
            "0" => PluralRule::None,
            "n!=1" => PluralRule::OneOther,
            "n>1" => PluralRule::UpToOne,
            "n==1?0:n%10>=2&&n%10<=4&&n%100<10||n%100>=20?1:2" => PluralRule::Polish,
            "n==1?0:n>=2&&n<=4?1:2" => PluralRule::Czech,
            _ => return None,
        })
    }

    /// The index of the form for `n` things, from 0.
    pub fn form(self, n: u64) -> usize {
        let few = (2..=4).contains(&(n % 10)) && !(12..=14).contains(&(n % 100));
        match self {
            PluralRule::None => 0,
            PluralRule::OneOther => usize::from(n != 1),
            PluralRule::UpToOne => usize::from(n > 1),
            PluralRule::Polish => {
                if n == 1 {
                    0
                } else if few {
                    1
                } else {
                    2
                }
            }
            PluralRule::Czech => {
                if n == 1 {
                    0
                } else if (2..=4).contains(&n) {
                    1
                } else {
                    2
                }
            }
        }
    }
}
