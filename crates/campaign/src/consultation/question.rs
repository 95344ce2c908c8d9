//! What was asked, once it is in order.

use super::{Asker, Given};

/// What came in by a form or as JSON, nothing checked yet.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The message itself.
    pub text: String,
    /// What happened, in the asker's words.
    pub happened: String,
    pub number: String,
    pub link: String,
    pub asker: String,
    pub given: String,
    pub has_pictures: bool,
}

/// A question in order.
// INVARIANT: within its bounds; says something, or comes with a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    text: String,
    happened: String,
    number: String,
    link: String,
    asker: Asker,
    given: Given,
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was asked at all.
    Empty,
    TooLong {
        field: &'static str,
        most: usize,
    },
    UnknownAsker,
    UnknownGiven,
}

impl Question {
    pub const TEXT_MAX: usize = 5_000;
    pub const HAPPENED_MAX: usize = 2_000;
    pub const NUMBER_MAX: usize = 40;
    pub const LINK_MAX: usize = 500;

    /// The only way in.
    pub fn check(form: &Form) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut take = |field, text: &str, most: usize| {
            let text = text.replace("\r\n", "\n");
            let text: String =
                text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
            let text = text.trim().to_owned();
            if most < text.chars().count() {
                faults.push(Fault::TooLong { field, most });
            }
            text
        };
        let text = take("text", &form.text, Self::TEXT_MAX);
        let happened = take("happened", &form.happened, Self::HAPPENED_MAX);
        let number = take("number", &form.number, Self::NUMBER_MAX);
        let link = take("link", &form.link, Self::LINK_MAX);
        let is_empty = [&text, &happened, &number, &link].iter().all(|it| it.is_empty());
        if is_empty && !form.has_pictures {
            faults.push(Fault::Empty);
        }
        let or_default = |code: &str| code.trim().to_owned();
        let asker = match or_default(&form.asker).as_str() {
            "" => Some(Asker::default()),
            code => Asker::from_code(code),
        };
        let given = match or_default(&form.given).as_str() {
            "" => Some(Given::default()),
            code => Given::from_code(code),
        };
        if asker.is_none() {
            faults.push(Fault::UnknownAsker);
        }
        if given.is_none() {
            faults.push(Fault::UnknownGiven);
        }
        match (asker, given) {
            (Some(asker), Some(given)) if faults.is_empty() => {
                Ok(Self { text, happened, number, link, asker, given })
            }
            _ => Err(faults),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn happened(&self) -> &str {
        &self.happened
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    pub fn link(&self) -> &str {
        &self.link
    }

    pub const fn asker(&self) -> Asker {
        self.asker
    }

    pub const fn given(&self) -> Given {
        self.given
    }

    /// Message and story as one text, in which places are counted.
    pub fn whole(&self) -> String {
        match (self.text.is_empty(), self.happened.is_empty()) {
            (false, false) => format!("{}\n{}", self.text, self.happened),
            (true, _) => self.happened.clone(),
            (false, true) => self.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_something_and_not_too_much() {
        let form = |text: &str| Form { text: text.to_owned(), ..Form::default() };
        let it = Question::check(&form("  刷单\u{0} 返利\r\n日结 ")).expect("in order");
        assert_eq!(it.text(), "刷单 返利\n日结");
        assert_eq!((it.asker(), it.given()), (Asker::Anyone, Given::Nothing));
        assert_eq!(Question::check(&form(" \n ")), Err(vec![Fault::Empty]));
        let picture = Form { has_pictures: true, ..Form::default() };
        assert!(Question::check(&picture).is_ok());
        let long = form(&"字".repeat(Question::TEXT_MAX + 1));
        let most = Question::TEXT_MAX;
        assert_eq!(Question::check(&long), Err(vec![Fault::TooLong { field: "text", most }]));
        let odd = Form { asker: "cat".to_owned(), given: "x".to_owned(), ..form("a") };
        assert_eq!(Question::check(&odd), Err(vec![Fault::UnknownAsker, Fault::UnknownGiven]));
    }
}
