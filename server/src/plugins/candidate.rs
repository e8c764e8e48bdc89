//! A library that may run: its bytes are kept, its manifest is verified, its grant fits.

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use shouxin_core::event::plugin::Admission;
use shouxin_core::row::PluginVersion;
use shouxin_core::time::Day;
use shouxin_plugin_admission::{Admitted, Date, Trust};
use shouxin_plugin_host::AbiInfo;

use crate::plugins::file::{PluginGrant, PluginsFile};
use crate::plugins::library::Libraries;
use crate::plugins::{AdmissionError, Verdict};

/// What would run, and by what right.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the library.
    pub sha256: [u8; 32],
    /// Where its bytes lie.
    pub library: PathBuf,
    /// Measures it carries out.
    pub measures: Vec<String>,
    /// By what right it runs.
    pub admission: Admission,
    /// What it may do.
    pub grant: PluginGrant,
    /// Major and minor version of the contract that its manifest says; none without one.
    pub abi: Option<(u16, u16)>,
}

/// A day of the register as one of a manifest.
pub fn date(day: Day) -> Date {
    day.to_string().parse().unwrap_or(Date::MIN)
}

fn day(date: Date) -> Result<Day, AdmissionError> {
    let bad =
        |error| AdmissionError::Refused(Verdict::new("MANIFEST_MALFORMED", format!("{error}"), ""));
    date.to_string().parse().map_err(bad)
}

fn refused<T>(code: &'static str, detail: String, cure: &str) -> Result<T, AdmissionError> {
    Err(AdmissionError::Refused(Verdict::new(code, detail, cure)))
}

/// What a manifest says, as the log keeps it.
fn admission(admitted: &Admitted) -> Result<Admission, AdmissionError> {
    Ok(Admission::Signed {
        manifest_sha256: admitted.note_sha256,
        key_id: admitted.key_id.clone(),
        valid_from: day(admitted.manifest.valid_from)?,
        valid_until: day(admitted.manifest.valid_until)?,
    })
}

impl Candidate {
    /// A library with a signed manifest, admitted on a day.
    ///
    /// # Errors
    /// Why it is not.
    pub fn signed(
        file: &PluginsFile,
        trust: &Trust,
        library: PathBuf,
        sha256: [u8; 32],
        note: &[u8],
        today: Day,
    ) -> Result<Candidate, AdmissionError> {
        let admitted = trust.admit(note, sha256, date(today)).map_err(|refusal| {
            AdmissionError::Refused(Verdict::new(
                refusal.code.as_str(),
                refusal.detail,
                refusal.cure,
            ))
        })?;
        Candidate::of(file, library, &admitted)
    }

    fn of(
        file: &PluginsFile,
        library: PathBuf,
        admitted: &Admitted,
    ) -> Result<Candidate, AdmissionError> {
        let manifest = &admitted.manifest;
        let grant = granted(file, &manifest.name, Some(&manifest.department))?;
        let beyond = manifest.measures.iter().find(|measure| !grant.measures.contains(measure));
        if let Some(measure) = beyond {
            return refused(
                "MEASURE_NOT_GRANTED",
                format!("清单要求 {measure}，授权中没有 / the grant does not have that measure"),
                "核对 plugins.toml 的 measures / see `measures` in plugins.toml",
            );
        }
        Ok(Candidate {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            sha256: manifest.sha256,
            library,
            measures: manifest.measures.clone(),
            admission: admission(admitted)?,
            grant,
            abi: Some(manifest.abi),
        })
    }

    /// A library without a manifest: what its own descriptor says, and all that is granted.
    ///
    /// # Errors
    /// The flag of development is not set, the library was revoked, or nothing is granted.
    pub fn unsigned(
        file: &PluginsFile,
        trust: &Trust,
        library: PathBuf,
        sha256: [u8; 32],
        name: &str,
        version: &str,
    ) -> Result<Candidate, AdmissionError> {
        if !file.development_unsigned {
            return refused(
                "UNSIGNED",
                format!("插件 {name} 没有签名清单 / the plugin has no signed manifest"),
                "用 shouxin plugin sign 签署后部署；开发环境可在 plugins.toml 设 development_unsigned = true / sign \
                 it; for development set `development_unsigned = true` in plugins.toml",
            );
        }
        if let Some(reason) = trust.revoked_library(&sha256) {
            return refused(
                "LIBRARY_REVOKED",
                format!("该库已被撤销：{reason} / the library was revoked"),
                "部署另一版本 / deploy another version",
            );
        }
        let grant = granted(file, name, None)?;
        Ok(Candidate {
            name: name.to_owned(),
            version: version.to_owned(),
            sha256,
            library,
            measures: grant.measures.clone(),
            admission: Admission::Unsigned,
            grant,
            abi: None,
        })
    }
}

impl Candidate {
    /// What was deployed before and is to run again: from its kept bytes, by the very manifest that
    /// the log names or, where it names none, by the flag of development.
    ///
    /// # Errors
    /// Why it may run no more.
    pub fn deployed(
        file: &PluginsFile,
        trust: &Trust,
        libraries: &Libraries,
        name: &str,
        own: &PluginVersion,
    ) -> Result<Candidate, AdmissionError> {
        let (version, sha256) = (own.version.as_str(), own.sha256);
        let library = libraries.whole(&sha256)?;
        let Admission::Signed { manifest_sha256, .. } = &own.admission else {
            return Candidate::unsigned(file, trust, library, sha256, name, version);
        };
        let note = libraries.note(manifest_sha256)?;
        // Its last day may have passed: what it carried out is still to be suspended and lifted.
        let admitted = trust.known(&note, sha256).map_err(|refusal| {
            let code = refusal.code.as_str();
            AdmissionError::Refused(Verdict::new(code, refusal.detail, refusal.cure))
        })?;
        let candidate = Candidate::of(file, library, &admitted)?;
        if candidate.name != name || candidate.version != version {
            return refused(
                "MANIFEST_OTHER_PLUGIN",
                format!(
                    "清单所指为 {} {}，已部署的是 {name} {version} / the manifest names another plugin",
                    candidate.name, candidate.version
                ),
                "重新部署 / deploy it anew",
            );
        }
        Ok(candidate)
    }

    /// Whether the library says of itself what was admitted.
    ///
    /// # Errors
    /// What differs.
    pub fn says_the_same(&self, info: &AbiInfo) -> Result<(), AdmissionError> {
        let pairs = [("name", &self.name, &info.name), ("version", &self.version, &info.version)];
        for (field, admitted, found) in pairs {
            if admitted != found {
                return refused(
                    "LIBRARY_SAYS_OTHERWISE",
                    format!(
                        "{field}：清单为 {admitted}，库自述为 {found} / manifest and library differ about it"
                    ),
                    "用同一次构建的库和清单 / give library and manifest of one build",
                );
            }
        }
        let found = (info.abi_major, info.abi_minor);
        if let Some((major, minor)) = self.abi.filter(|own| *own != found) {
            return refused(
                "LIBRARY_SAYS_OTHERWISE",
                format!(
                    "abi：清单为 {major}.{minor}，库自述为 {}.{} / manifest and library differ about it",
                    found.0, found.1
                ),
                "用同一次构建的库和清单 / give library and manifest of one build",
            );
        }
        Ok(())
    }

    /// The hash in hexadecimal.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.sha256)
    }
}

/// The grant of a plugin, for the department that its manifest names.
fn granted(
    file: &PluginsFile,
    name: &str,
    department: Option<&str>,
) -> Result<PluginGrant, AdmissionError> {
    let Some(grant) = file.grant(name) else {
        return refused(
            "NOT_GRANTED",
            format!("plugins.toml 没有 {name} 的授权 / it has no entry for that plugin"),
            "由运维人员登记 [[plugin]] / the operator enters it under [[plugin]]",
        );
    };
    match department {
        Some(own) if own != grant.department => refused(
            "OTHER_DEPARTMENT",
            format!(
                "清单属于 {own}，授权属于 {} / they are for different departments",
                grant.department
            ),
            "核对 plugins.toml 的 department / see `department` in plugins.toml",
        ),
        _ => Ok(grant.clone()),
    }
}
