//! The bureau's programmes: what kind of funds, and what its published rule says of a restriction.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The most programmes.
const PROGRAMMES_MAX: usize = 1_000;

/// The longest code of a programme, in bytes.
const CODE_BYTES_MAX: usize = 64;

/// What is applied for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 财政性资金项目.
    Project,
    /// 政府补贴资金.
    Subsidy,
    /// What the law grants whoever fulfils its conditions (法定待遇): no measure touches it.
    Entitlement,
}

/// What the programme's rule says of an applicant under a restriction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restricted {
    /// A person looks more closely.
    #[default]
    Review,
    /// The application is not taken.
    Bar,
}

/// One programme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// What is applied for.
    pub kind: Kind,
    /// What a restriction means here.
    #[serde(default)]
    pub restricted: Restricted,
    /// 文号 of the published rule; needed where a restriction bars.
    pub rule: Option<String>,
}

/// What the operator can set.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The programmes by their codes.
    pub programmes: BTreeMap<String, Programme>,
}

/// What a question is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// What is applied for.
    pub kind: Kind,
    /// What a restriction means.
    pub restricted: Restricted,
    /// The rule that says so.
    pub rule: Option<&'a str>,
}

impl Settings {
    /// Says what is wrong with the settings, if anything.
    pub fn check(&self) -> Result<(), String> {
        if self.programmes.len() > PROGRAMMES_MAX {
            return Err(format!("more than {PROGRAMMES_MAX} programmes"));
        }
        for (code, programme) in &self.programmes {
            if code.is_empty() || code.len() > CODE_BYTES_MAX {
                return Err(format!(
                    "the code of a programme has 1 to {CODE_BYTES_MAX} bytes, not {}",
                    code.len()
                ));
            }
            let bars = programme.restricted == Restricted::Bar;
            if bars && programme.kind == Kind::Entitlement {
                return Err(format!("`{code}`: nobody is barred from an entitlement"));
            }
            let rule = programme.rule.as_deref().map_or("", str::trim);
            if bars && rule.is_empty() {
                return Err(format!(
                    "`{code}`: a programme that bars names the published rule it rests on (`rule`)"
                ));
            }
        }
        Ok(())
    }

    /// The programme of a question, or the bare kind of one that is not in the settings.
    pub fn asked(&self, code: Option<&str>, kind: Option<Kind>) -> Result<Asked<'_>, String> {
        let known = code.and_then(|code| self.programmes.get(code));
        match (known, kind) {
            (Some(known), Some(kind)) if known.kind != kind => {
                Err("the programme is of another `kind`; leave `kind` out".to_owned())
            }
            (Some(known), _) => Ok(Asked {
                kind: known.kind,
                restricted: known.restricted,
                rule: known.rule.as_deref(),
            }),
            (None, Some(kind)) => Ok(Asked { kind, restricted: Restricted::Review, rule: None }),
            (None, None) => {
                Err("the programme is not in the settings of this plugin; add it, or ask \
                                 with `kind`: `project`, `subsidy` or `entitlement`"
                    .to_owned())
            }
        }
    }
}
