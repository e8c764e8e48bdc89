//! The story's papers: every document that a step names is a text of its own, uploaded before.
//! Notices, decisions and guides are what the server itself writes from the case.

use serde_json::{Value, json};
use shouxin_core::time::Day;

use crate::demo::client::{Different, Step};
use crate::demo::sample::digest;
use crate::demo::story::{Story, check};

impl Story {
    /// Uploads a text as a document of a subject; answers its digest.
    pub(super) fn paper(&mut self, who: &str, subject: &str, text: &str) -> Step<String> {
        let sha256 = self.client.upload(who, subject, text)?;
        check(sha256 == digest(text), || format!("stored under another address: {sha256}"))?;
        Ok(sha256)
    }

    /// A service with a signed receipt.
    pub(super) fn service(&mut self, who: &str, subject: &str, on: Day) -> Step<Value> {
        let text = format!("送达回证\n受送达人：{subject}\n送达日期：{on}\n受送达人已签收。\n");
        let proof = self.paper(who, subject, &text)?;
        Ok(json!({"manner": "direct", "on": on, "proof_sha256": proof}))
    }

    /// Whose file a case stands in.
    pub(super) fn owner(&self, path: &str) -> Step<String> {
        // An attribution stands in the person's file and has no page of its own.
        if path.starts_with("/v1/attributions/") {
            return Ok(self.cast.person.clone());
        }
        let found = self.client.get(Some("auditor"), path)?.body;
        let subject = found["subject"].as_str().map(str::to_owned);
        subject.ok_or_else(|| Different(format!("{path} names no subject: {found}")))
    }

    /// What the server writes for a step to come, or nothing where the words are not complete.
    fn draft(&mut self, who: &str, path: &str, words: &Value) -> Step<Option<String>> {
        let answer = self.client.send(who, path, words)?;
        match (answer.status, answer.body["text"].as_str(), answer.body["code"].as_str()) {
            (200, Some(text), _) => Ok(Some(text.to_owned())),
            (409, _, Some("TEXT_INCOMPLETE" | "STATE")) => Ok(None),
            _ => Err(Different(format!("POST {path}: {} {}", answer.status, answer.body))),
        }
    }

    /// The server's own text of a step to come, stored.
    pub(super) fn drafted(&mut self, who: &str, path: &str, words: &Value) -> Step<String> {
        let text = self.draft(who, path, words)?;
        let text = text.ok_or_else(|| Different(format!("{path} is incomplete: {words}")))?;
        let (case, _) = path.split_once("/texts/").unwrap_or((path, ""));
        let subject = self.owner(case)?;
        self.paper(who, &subject, &text)
    }

    /// The text of a decision; where the case is not ripe for one, whatever an officer may write.
    pub(super) fn drafted_decision(
        &mut self,
        who: &str,
        case: &str,
        words: &Value,
    ) -> Step<String> {
        let subject = self.owner(case)?;
        let text = self.draft(who, &format!("{case}/texts/decision"), words)?;
        let text = text.unwrap_or_else(|| format!("决定书（要素不全）\n{words}\n"));
        self.paper(who, &subject, &text)
    }

    /// What the server writes from what is recorded, stored.
    pub(super) fn written(&mut self, who: &str, path: &str) -> Step<String> {
        let (case, _) = path.split_once("/texts/").unwrap_or((path, ""));
        let subject = self.owner(case)?;
        let text = self.recorded(who, path)?;
        self.paper(who, &subject, &text)
    }

    fn recorded(&self, who: &str, path: &str) -> Step<String> {
        let answer = self.client.get(Some(who), path)?;
        let text = answer.body["text"].as_str().filter(|_| answer.status == 200);
        let text = text.map(str::to_owned);
        text.ok_or_else(|| Different(format!("GET {path}: {} {}", answer.status, answer.body)))
    }

    /// What the log tells of a decision is, byte for byte, the document that was uploaded.
    pub(super) fn same_as_stored(&mut self, who: &str, case: &str) -> Step {
        let told = self.recorded(who, &format!("{case}/texts/decision"))?;
        let subject = self.owner(case)?;
        let path = format!("/v1/documents/{}?subject={subject}", digest(&told));
        let stored = self.recorded(who, &path)?;
        check(told == stored, || format!("{case}: the decision is not the stored document"))
    }
}
