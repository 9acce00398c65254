//! The envelope of an answer with updates, read without judging what is in it.
//!
//! One update that nobody can read (half a letter of a surrogate pair, a number no machine holds, brackets without end) must not
//! take those beside it along, nor be asked for again for ever. So each is taken apart alone.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Envelope<'a> {
    ok: bool,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
}

/// The updates of a successful answer, each as it came: a list, or one object. None for what is no success.
pub(super) fn updates(answer: &str) -> Option<Vec<&str>> {
    let envelope: Envelope<'_> = serde_json::from_str(answer).ok().filter(|envelope: &Envelope<'_>| envelope.ok)?;
    let result = envelope.result.map_or("null", RawValue::get);
    if !result.starts_with('[') {
        return Some(vec![result]);
    }
    let list: Vec<&RawValue> = serde_json::from_str(result).ok()?;
    Some(list.into_iter().map(RawValue::get).collect())
}

/// The whole number under a name at the top of an object, whatever else stands there.
pub(super) fn number(object: &str, name: &str) -> Option<i64> {
    field(object, name)?.as_i64()
}

/// The value under a name at the top of an object, whatever else stands there.
pub(super) fn field(object: &str, name: &str) -> Option<Value> {
    let fields: std::collections::BTreeMap<&str, &RawValue> = serde_json::from_str(object).ok()?;
    serde_json::from_str(fields.get(name)?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: &str = r#"{"update_id":8,"message":{"text":"\ud83d"}}"#;

    #[test]
    fn each_update_stands_alone_whatever_the_others_hold() {
        let answer = format!(r#"{{"ok":true,"result":[{{"update_id":7}},{HALF},[[1e999]],null]}}"#);
        assert_eq!(updates(&answer).unwrap(), [r#"{"update_id":7}"#, HALF, "[[1e999]]", "null"]);
        assert_eq!(updates(r#"{"ok":true,"result":{"a":1}}"#).unwrap(), [r#"{"a":1}"#]);
        for none in [r#"{"ok":false,"result":[]}"#, "<html>", r#"{"ok":true,"result":[1"#, ""] {
            assert_eq!(updates(none), None, "{none}");
        }
    }

    #[test]
    fn a_number_is_found_beside_what_cannot_be_read() {
        assert_eq!(number(HALF, "update_id"), Some(8));
        assert_eq!(number(r#"{"message":{"update_id":9},"update_id":"8"}"#, "update_id"), None);
        assert_eq!(field(HALF, "message"), None);
    }
}
