//! Fonts of a PDF that are not embedded and write Chinese in Unicode itself:
//! `UniGB-UCS2-H` and its kin. Their codes are UTF-16, so the identity reads them.

use pdf_extract::{Dictionary, Document, Object, Stream};

/// The predefined encodings whose codes are Unicode, without `-H` and `-V`.
const UNICODE: [&str; 10] = [
    "UniGB-UCS2",
    "UniGB-UTF16",
    "UniCNS-UCS2",
    "UniCNS-UTF16",
    "UniJIS-UCS2",
    "UniJIS-UCS2-HW",
    "UniJIS-UTF16",
    "UniJIS2004-UTF16",
    "UniKS-UCS2",
    "UniKS-UTF16",
];

/// What of Unicode official documents write: Latin, punctuation, Chinese with
/// extension A, compatibility and full-width forms.
const RANGES: [(u16, u16); 6] = [
    (0x0020, 0x052F),
    (0x2000, 0x33FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFFEF),
];

/// Dictionaries lie in one another; a hostile file nests them for ever.
const DEPTH_MAX: usize = 32;

/// Tells of every such font how its codes are to be read.
pub(super) fn read_as_unicode(document: &mut Document) {
    let names: Vec<_> = document
        .objects
        .iter()
        .filter_map(|(id, object)| Some((*id, object.as_name().ok()?.to_vec())))
        .collect();
    let name_of = |object: &Object| match object {
        Object::Name(name) => Some(name.clone()),
        Object::Reference(id) => {
            names.iter().find(|(own, _)| own == id).map(|(_, name)| name.clone())
        }
        _ => None,
    };
    let mut bare = Vec::new();
    let identity = document.add_object(Stream::new(Dictionary::new(), map().into_bytes()));
    for object in document.objects.values_mut() {
        walk(object, DEPTH_MAX, &mut |font| {
            let encoded = font.get(b"Encoding").ok().and_then(&name_of);
            if !encoded.is_some_and(|name| is_unicode(&name)) {
                return;
            }
            font.set("Encoding", Object::Name(b"Identity-H".to_vec()));
            if !font.has(b"ToUnicode") {
                font.set("ToUnicode", identity);
            }
            if let Ok(below) = font.get(b"DescendantFonts").and_then(Object::as_array) {
                bare.extend(below.iter().filter_map(|it| it.as_reference().ok()));
            }
        });
    }
    // The parser asks every font for a description of its face.
    for id in bare {
        if let Some(Object::Dictionary(font)) = document.objects.get_mut(&id)
            && !font.has(b"FontDescriptor")
        {
            font.set("FontDescriptor", Dictionary::new());
        }
    }
}

fn is_unicode(name: &[u8]) -> bool {
    let name = std::str::from_utf8(name).unwrap_or_default();
    let base = name.strip_suffix("-H").or_else(|| name.strip_suffix("-V"));
    base.is_some_and(|base| UNICODE.contains(&base))
}

fn walk(object: &mut Object, depth: usize, see: &mut dyn FnMut(&mut Dictionary)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match object {
        Object::Dictionary(it) => {
            if it.get(b"Subtype").and_then(Object::as_name).is_ok_and(|it| it == b"Type0") {
                see(it);
            }
            it.iter_mut().for_each(|(_, value)| walk(value, depth, see));
        }
        Object::Array(all) => all.iter_mut().for_each(|value| walk(value, depth, see)),
        Object::Stream(it) => {
            it.dict.iter_mut().for_each(|(_, value)| walk(value, depth, see));
        }
        _ => {}
    }
}

/// A map of codes to themselves.
fn map() -> String {
    let ranges: String = RANGES
        .iter()
        .map(|(from, to)| format!("<{from:04X}> <{to:04X}> <{from:04X}>\n"))
        .collect();
    format!("{} beginbfrange\n{ranges}endbfrange\n", RANGES.len())
}
