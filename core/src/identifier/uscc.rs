//! stub
use serde::{Deserialize, Deserializer, Serialize, Serializer};
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);
impl Uscc {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    pub fn is_individual_business(&self) -> bool {
        self.0.starts_with(b"92")
    }
    pub fn parse_attested(text: &str) -> Result<(Uscc, Vec<String>), String> {
        let b: [u8; 18] = text.as_bytes().try_into().map_err(|_| "LEN".to_owned())?;
        Ok((Uscc(b), vec![]))
    }
}
impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Uscc, D::Error> {
        let t = String::deserialize(d)?;
        Uscc::parse_attested(&t).map(|x| x.0).map_err(serde::de::Error::custom)
    }
}
