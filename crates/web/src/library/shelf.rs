//! What everybody may read for a unit: the shipped materials, those that take
//! their place, and the body's own.

use std::sync::LazyLock;

use campaign::consultation::Asker;
use campaign::material::{Kind, TYPE_HEADINGS, Text};
use storage::material::{self, Material};

use crate::{App, WebError};

/// One material on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// `type/game` for a shipped one, also where it was overridden; `m/…` else.
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) text: Text,
    /// Whose it is; none for the product's.
    pub(crate) unit: Option<String>,
    /// The material and its version, which may have files; none for the product's.
    pub(crate) own: Option<(String, i64)>,
}

/// What comes with the product, in the order of reading.
pub(crate) fn shipped() -> &'static [Piece] {
    &SHIPPED
}

static SHIPPED: LazyLock<Vec<Piece>> = LazyLock::new(|| {
    let content = recognition::content();
    let mut pieces = Vec::new();
    let mut add = |kind: Kind, id: &str, text: Text| {
        let key = format!("{}/{id}", kind.code());
        pieces.push(Piece { key, kind, text, unit: None, own: None });
    };
    let ours = || "本产品自写".to_owned();
    for card in &content.types {
        let mut body = String::new();
        if !card.sub_types.is_empty() {
            body.push_str(&format!("常见的有：{}。\n\n", card.sub_types.join("、")));
        }
        for (heading, lines) in TYPE_HEADINGS.iter().zip([&card.how, &card.signs, &card.do_now])
        {
            body.push_str(&format!("## {heading}\n"));
            for line in lines {
                body.push_str(&format!("- {line}\n"));
            }
            body.push('\n');
        }
        let title = card.class.name().to_owned();
        let source = card.sources.join("；");
        add(Kind::Type, &card.id, Text { title, body, audience: Asker::Anyone, source });
    }
    for saying in &content.sayings {
        let text = Text {
            title: saying.group.clone(),
            body: saying.text.clone(),
            audience: Asker::Anyone,
            source: ours(),
        };
        add(Kind::Rule, &saying.rule, text);
    }
    for (index, it) in content.questions.iter().enumerate() {
        let text = Text {
            title: it.text.clone(),
            body: format!("{}\n\n答不上来：{}", it.why, it.pause),
            audience: Asker::Anyone,
            source: ours(),
        };
        add(Kind::Question, &(index + 1).to_string(), text);
    }
    for (index, it) in content.slogans.iter().enumerate() {
        let audience = match it.audience {
            recognition::Reader::Anyone => Asker::Anyone,
            recognition::Reader::Pupil => Asker::Pupil,
            recognition::Reader::Parent => Asker::Parent,
            recognition::Reader::Teacher => Asker::Teacher,
        };
        let text =
            Text { title: it.text.clone(), body: String::new(), audience, source: ours() };
        add(Kind::Slogan, &(index + 1).to_string(), text);
    }
    for it in campaign::material::shipped::shipped() {
        add(it.kind, &it.id, it.text.clone());
    }
    pieces
});

/// Everything that may be read for a unit. A published override of the nearest
/// unit takes the place of what it overrides; withdrawn, it gives the place
/// back by itself, since only published versions are looked at.
pub(crate) async fn shelf(app: &App, unit: &str) -> Result<Vec<Piece>, WebError> {
    let tree = app.live.tree();
    let line = tree.above(unit);
    let mut conn = app.store.read().await?;
    let own = material::public(&mut conn, &line).await?;
    drop(conn);
    let near = |unit: &str| line.iter().position(|it| *it == unit).unwrap_or(usize::MAX);
    let mut pieces = Vec::with_capacity(SHIPPED.len() + own.len());
    for (it, text) in own.iter().filter(|(it, _)| it.base.is_none()) {
        pieces.push(Piece {
            key: format!("m/{}", it.id),
            kind: it.kind,
            text: text.clone(),
            unit: Some(it.unit.clone()),
            own: own_version(it),
        });
    }
    for piece in shipped() {
        let nearest = own
            .iter()
            .filter(|(it, _)| it.base.as_deref() == Some(piece.key.as_str()))
            .min_by_key(|(it, _)| near(&it.unit));
        pieces.push(match nearest {
            Some((it, text)) => Piece {
                text: text.clone(),
                unit: Some(it.unit.clone()),
                own: own_version(it),
                ..piece.clone()
            },
            None => piece.clone(),
        });
    }
    Ok(pieces)
}

fn own_version(it: &Material) -> Option<(String, i64)> {
    Some((it.id.clone(), it.public_version?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_material_is_in_order_and_has_a_key_of_its_own() {
        let mut keys: Vec<&str> = shipped().iter().map(|it| it.key.as_str()).collect();
        for piece in shipped() {
            assert_eq!(piece.text.check(piece.kind), [], "{}", piece.key);
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
        for key in ["type/game", "guide/stop-payment", "guide/gave-codes", "poster/poster-stop"]
        {
            assert!(keys.contains(&key), "{key}");
        }
    }
}
