//! Reading content files. Every field is checked; an error names its line.

use toml_edit::{Array, Document, Item, Table};

use super::{Advice, Content, ContentError, Given, Question, Reader, Saying, Slogan, TypeCard};
use crate::fraud_type::FraudType;
use crate::verdict::Outcome;

const KINDS: &str = "type、saying、question、slogan、advice";
const READERS: &str = "all、pupil、parent、teacher";

/// A file while it is read.
struct File<'a> {
    name: &'a str,
    source: &'a str,
}

impl File<'_> {
    fn error(&self, at: usize, message: String) -> ContentError {
        let before = self.source.get(..at.min(self.source.len())).unwrap_or_default();
        ContentError {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            message,
        }
    }
}

/// One table of a file; it remembers which fields were asked for.
struct Fields<'a> {
    file: &'a File<'a>,
    table: &'a Table,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn at(&self) -> usize {
        self.table.span().map_or(0, |span| span.start)
    }

    fn place(&self, key: &str) -> usize {
        self.table.get(key).and_then(Item::span).map_or(self.at(), |span| span.start)
    }

    fn optional(&mut self, key: &'static str) -> Result<Option<&'a str>, ContentError> {
        self.asked.push(key);
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let text = item.as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(Some)
            .ok_or_else(|| self.file.error(self.place(key), format!("`{key}` 应为文字")))
    }

    fn text(&mut self, key: &'static str) -> Result<&'a str, ContentError> {
        self.optional(key)?
            .ok_or_else(|| self.file.error(self.at(), format!("缺少字段 `{key}`")))
    }

    fn list(&mut self, key: &'static str) -> Result<Vec<String>, ContentError> {
        self.asked.push(key);
        let item = self
            .table
            .get(key)
            .ok_or_else(|| self.file.error(self.at(), format!("缺少字段 `{key}`")))?;
        let words = item.as_array().map(Array::iter).map(|values| {
            values
                .map(|value| value.as_str().map(str::to_owned))
                .collect::<Option<Vec<String>>>()
        });
        words
            .flatten()
            .ok_or_else(|| self.file.error(self.place(key), format!("`{key}` 应为一组文字")))
    }

    fn optional_list(&mut self, key: &'static str) -> Result<Vec<String>, ContentError> {
        if self.table.contains_key(key) {
            return self.list(key);
        }
        self.asked.push(key);
        Ok(Vec::new())
    }

    /// A word out of a few.
    fn word<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        allowed: &str,
    ) -> Result<Option<T>, ContentError> {
        let Some(word) = self.optional(key)? else { return Ok(None) };
        let refuse =
            || self.file.error(self.place(key), format!("`{word}` 不可用；可用：{allowed}"));
        parse(word).map(Some).ok_or_else(refuse)
    }

    /// Refuses fields that nobody asked for.
    fn done(self) -> Result<(), ContentError> {
        for (key, item) in self.table {
            if !self.asked.contains(&key) {
                let at = item.span().map_or(self.at(), |span| span.start);
                return Err(self.file.error(at, format!("没有字段 `{key}`")));
            }
        }
        Ok(())
    }
}

pub(super) fn add(content: &mut Content, file: &str, source: &str) -> Result<(), ContentError> {
    let file = File { name: file, source };
    let document = Document::parse(source).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        file.error(at, format!("不是正确的 TOML：{}", error.message()))
    })?;
    // Read everything before changing anything.
    let mut read = Content::default();
    for (kind, item) in document.as_table() {
        let tables =
            item.as_array_of_tables().filter(|_| KINDS.split('、').any(|known| known == kind));
        let Some(tables) = tables else {
            let at = item.span().or_else(|| first_span(item)).map_or(0, |span| span.start);
            return Err(file.error(at, format!("没有 `{kind}` 这种内容；可用：{KINDS}")));
        };
        for table in tables {
            let fields = Fields { file: &file, table, asked: Vec::new() };
            match kind {
                "type" => read.types.push(type_card(fields)?),
                "saying" => read.sayings.push(saying(fields)?),
                "question" => read.questions.push(question(fields)?),
                "slogan" => read.slogans.push(slogan(fields)?),
                _ => read.advice.push(advice(fields)?),
            }
        }
    }
    for card in read.types {
        content.types.retain(|known| known.id != card.id);
        content.types.push(card);
    }
    for saying in read.sayings {
        content.sayings.retain(|known| known.rule != saying.rule);
        content.sayings.push(saying);
    }
    content.questions.extend(read.questions);
    content.slogans.extend(read.slogans);
    content.advice.extend(read.advice);
    Ok(())
}

fn first_span(item: &Item) -> Option<std::ops::Range<usize>> {
    item.as_array_of_tables()?.iter().next()?.span()
}

fn type_card(mut fields: Fields<'_>) -> Result<TypeCard, ContentError> {
    let names: Vec<&str> = FraudType::ALL.iter().map(|class| class.name()).collect();
    let at = fields.at();
    let class = fields.word("class", FraudType::parse, &names.join("、"))?;
    let card = TypeCard {
        id: fields.text("id")?.to_owned(),
        class: class.ok_or_else(|| fields.file.error(at, "缺少字段 `class`".to_owned()))?,
        plan_name: fields.text("plan_name")?.to_owned(),
        sub_types: fields.list("sub_types")?,
        how: fields.list("how")?,
        signs: fields.list("signs")?,
        do_now: fields.list("do_now")?,
        sources: fields.list("sources")?,
    };
    fields.done()?;
    Ok(card)
}

fn saying(mut fields: Fields<'_>) -> Result<Saying, ContentError> {
    let saying = Saying {
        group: fields.text("group")?.to_owned(),
        rule: fields.text("rule")?.to_owned(),
        text: fields.text("text")?.to_owned(),
    };
    fields.done()?;
    Ok(saying)
}

fn question(mut fields: Fields<'_>) -> Result<Question, ContentError> {
    let question = Question {
        text: fields.text("text")?.to_owned(),
        why: fields.text("why")?.to_owned(),
        pause: fields.text("pause")?.to_owned(),
    };
    fields.done()?;
    Ok(question)
}

fn slogan(mut fields: Fields<'_>) -> Result<Slogan, ContentError> {
    let reader =
        |word: &str| if word == "all" { Some(Reader::Anyone) } else { Reader::parse(word) };
    let audience = fields.word("audience", reader, READERS)?.unwrap_or_default();
    let slogan = Slogan { audience, text: fields.text("text")?.to_owned() };
    fields.done()?;
    Ok(slogan)
}

fn advice(mut fields: Fields<'_>) -> Result<Advice, ContentError> {
    let given = fields.word("given", Given::parse, "nothing、codes、money")?;
    let reader = fields.word("reader", Reader::parse, "anyone、pupil、parent、teacher")?;
    let mut outcomes = Vec::new();
    for word in fields.list("outcomes")? {
        outcomes.push(match word.as_str() {
            "scam" => Outcome::Scam,
            "suspicious" => Outcome::Suspicious,
            "none" => Outcome::NothingFound,
            _ => {
                let message = format!("`{word}` 不可用；可用：scam、suspicious、none");
                return Err(fields.file.error(fields.place("outcomes"), message));
            }
        });
    }
    let mut kinds = Vec::new();
    for word in fields.optional_list("types")? {
        kinds.push(FraudType::parse(&word).ok_or_else(|| {
            let names = FraudType::ALL.map(FraudType::name).join("、");
            let message = format!("`{word}` 不可用；可用：{names}");
            fields.file.error(fields.place("types"), message)
        })?);
    }
    let text = fields.text("text")?.to_owned();
    let advice = Advice { outcomes, given, reader, kinds, text };
    fields.done()?;
    Ok(advice)
}
