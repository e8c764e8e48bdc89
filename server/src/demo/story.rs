//! The county's story: nine chapters through the real API, each step checked.

use std::sync::Arc;

use serde_json::{Value, json};
use shouxin_core::time::{Day, Timestamp};

use crate::clock::MovedClock;
use crate::demo::client::{Answer, Client, Different, Step};
use crate::demo::scenario::Scenario;
use crate::engine::Engine;
use crate::schedule;

/// 09:00 in Asia/Shanghai.
const MORNING_MS: i64 = 9 * 3_600_000;

/// Who is who in the story.
pub struct Cast {
    /// Case 1, a builder.
    pub wages: String,
    /// Case 2, an advertiser.
    pub advert: String,
    /// Case 3, a manufacturer.
    pub quality: String,
    /// The exemplar.
    pub red: String,
    /// Legal representative of case 1.
    pub person: String,
}

/// The story in the telling.
pub struct Story {
    pub(super) client: Client,
    pub(super) engine: Arc<Engine>,
    pub(super) clock: Arc<MovedClock>,
    pub(super) runtime: tokio::runtime::Handle,
    pub(super) dates: Scenario,
    pub(super) cast: Cast,
    chapter: u32,
    step: u32,
}

pub(super) fn check(holds: bool, what: impl FnOnce() -> String) -> Step {
    if holds { Ok(()) } else { Err(Different(what())) }
}

impl Story {
    pub(super) fn new(
        client: Client,
        engine: Arc<Engine>,
        clock: Arc<MovedClock>,
        runtime: tokio::runtime::Handle,
        dates: Scenario,
        cast: Cast,
    ) -> Story {
        Story { client, engine, clock, runtime, dates, cast, chapter: 0, step: 0 }
    }

    pub(super) fn chapter(&mut self, zh: &str, en: &str) {
        self.chapter += 1;
        self.step = 0;
        println!("\n== {}. {zh} / {en}", self.chapter);
    }

    pub(super) fn say(&mut self, text: &str, events: &str) {
        self.step += 1;
        let today = self.today();
        println!("  {}.{:<2} {today}  {text}", self.chapter, self.step);
        if !events.is_empty() {
            println!("                    ↳ {events}");
        }
    }

    pub(super) fn today(&self) -> Day {
        use crate::clock::Clock as _;
        self.clock.now().legal_date()
    }

    /// Moves the clock to the morning of a day and lets the timers run.
    pub(super) fn on(&mut self, day: Day) -> Step {
        let begun = |day| self.engine.rules.pack(day).in_force_from;
        let before = begun(self.today());
        self.clock.advance_to(Timestamp::start_of(day).plus_ms(MORNING_MS));
        let today = self.today();
        check(today == day, || format!("the story is past {day} already: {today}"))?;
        if begun(today) != before {
            // A county's job has a day for what the story does in one step.
            let (_go_on, stop) = tokio::sync::watch::channel(false);
            let shortened = self.runtime.block_on(schedule::shorten_once(&self.engine, &stop));
            let shortened = shortened
                .map_err(|error| Different(format!("burdens on {day}: {error}")))?
                .unwrap_or_default();
            let text = format!(
                "新规则施行，缩短期限 {shortened} 项 / a version begins, so many end earlier"
            );
            self.say(&text, "");
        }
        let ran = self.runtime.block_on(schedule::pass(&self.engine));
        let ran = ran.map_err(|error| Different(format!("timers on {day}: {error}")))?;
        if ran > 0 {
            let text = format!("定时事项 {ran} 项到期办理 / {ran} timers ran");
            self.say(&text, "");
        }
        Ok(())
    }

    pub(super) fn does(&mut self, text: &str, who: &str, path: &str, body: &Value) -> Step<Answer> {
        let answer = self.client.post(who, path, body)?;
        let events = answer.events();
        self.say(text, &events);
        Ok(answer)
    }

    pub(super) fn denied(
        &mut self,
        text: &str,
        who: &str,
        path: &str,
        body: &Value,
        code: &str,
    ) -> Step {
        let answer = self.client.refused(who, path, body, code)?;
        let detail = answer.body["detail"].as_str().unwrap_or_default().to_owned();
        self.say(&format!("{text} → 拒绝 {code} / refused"), &detail);
        Ok(())
    }

    pub(super) fn listing(&self, id: &str) -> Step<Value> {
        Ok(self.client.get(Some("auditor"), &format!("/v1/listings/{id}"))?.body)
    }

    pub(super) fn measure(&self, id: &str) -> Step<Value> {
        Ok(self.client.get(Some("auditor"), &format!("/v1/measures/{id}"))?.body)
    }

    /// Whether government procurement bars a supplier on a day, by its own store.
    pub(super) fn barred(&mut self, supplier: &str, on: Day) -> Step<bool> {
        let question = json!({"supplier": supplier, "on": on});
        let answer = self.client.ask("procurement/SC-03", "procurement", &question)?;
        answer["barred"].as_bool().ok_or_else(|| Different(format!("no answer: {answer}")))
    }

    pub(super) fn classified(&self, key: &str) -> Step<Vec<Value>> {
        let file = self.client.get(Some("auditor"), &format!("/v1/subjects/{key}"))?;
        Ok(file.body["classification"].as_array().cloned().unwrap_or_default())
    }

    /// A measure from its initiation to its execution.
    pub(super) fn measure_case(
        &mut self,
        by: &str,
        listing: &str,
        entry: (&str, &str, Value),
        until: Day,
        execute: bool,
    ) -> Step<String> {
        let (measure, department, basis) = entry;
        let today = self.today();
        let incentive = measure.starts_with('I');
        let body = json!({
            "listing": listing, "measure": measure, "department": department, "basis": basis,
            "reasons": "与行为直接相关，期限与名单一致", "until": until,
        });
        let text = format!("发起 {measure}（{department}）/ initiate");
        let id = self.does(&text, by, "/v1/measures", &body)?.id()?;
        if !incentive {
            let mut notice = json!({
                "reasons": "依据生效决定采取", "remedies": "复议、诉讼期间可以申请停止执行",
            });
            let case = format!("/v1/measures/{id}");
            let text = self.drafted(by, &format!("{case}/texts/notice"), &notice)?;
            let subject = self.owner(&case)?;
            notice["document_sha256"] = json!(text);
            notice["service"] = self.service(by, &subject, today)?;
            self.client.post(by, &format!("{case}/notice"), &notice)?;
        }
        self.client.post(by, &format!("/v1/measures/{id}/dispatch"), &json!({}))?;
        if execute {
            self.execute(&id, department)?;
        }
        Ok(id)
    }

    /// An officer of the department accepts and orders; its plugin carries it out.
    pub(super) fn execute(&mut self, id: &str, department: &str) -> Step {
        let officer = format!("{department}/SC-03");
        self.client.post(&officer, &format!("/v1/measures/{id}/accept"), &json!({}))?;
        self.client.post(&officer, &format!("/v1/measures/{id}/execute"), &json!({}))?;
        let path = format!("/v1/measures/{id}");
        let body =
            self.client.until("auditor", &path, "executed", |body| body["state"] == "executed")?;
        let reference = body["reference"].as_str().unwrap_or("-").to_owned();
        let text = format!("{department} 接受并执行 {id}，办理号 {reference} / accepted, executed");
        self.say(&text, "");
        Ok(())
    }

    /// Waits until the department's system has confirmed a state of its own.
    pub(super) fn confirmed(&mut self, id: &str, remote: &str) -> Step {
        let path = format!("/v1/measures/{id}");
        self.client.until("auditor", &path, remote, |body| body["department_system"] == remote)?;
        self.say(&format!("{id} 部门系统已确认 {remote} / confirmed by the department"), "");
        Ok(())
    }

    /// Notice, hearing, decision and service of a case, as its proposer and head do it.
    pub(super) fn notice(&mut self, by: &str, path: &str, measures: &Value) -> Step<Answer> {
        let today = self.today();
        let mut body = json!({
            "facts": "经查，当事人的行为由生效文书认定", "reasons": "符合名单认定标准",
            "measures": measures,
        });
        let text = self.drafted(by, &format!("{path}/texts/notice"), &body)?;
        let subject = self.owner(path)?;
        body["rights_stated"] = json!(true);
        body["document_sha256"] = json!(text);
        body["service"] = self.service(by, &subject, today)?;
        self.does("送达事先告知书 / prior notice served", by, &format!("{path}/notice"), &body)
    }

    pub(super) fn decision(
        &mut self,
        (by, path): (&str, &str),
        end: Day,
        answers: &Value,
        measures: &Value,
        number: &str,
    ) -> Step<Value> {
        let mut words = json!({
            "document_number": number,
            "facts": "事实清楚，证据确凿", "reasons": "陈述意见已逐点答复",
            "answers": answers, "measures": measures, "end": end,
            "removal_conditions": "纠正失信行为、履行义务并公开承诺后可申请信用修复",
            "remedies": "复议、诉讼期间可以申请停止执行",
        });
        words["document_sha256"] = json!(self.drafted_decision(by, path, &words)?);
        Ok(words)
    }

    pub(super) fn serve(&mut self, by: &str, path: &str) -> Step<Answer> {
        self.same_as_stored(by, path)?;
        let (today, subject) = (self.today(), self.owner(path)?);
        self.written(by, &format!("{path}/texts/service-receipt"))?;
        let guide = self.written(by, &format!("{path}/texts/repair-guide"))?;
        let service = self.service(by, &subject, today)?;
        let body = json!({"service": service, "repair_guide_sha256": guide});
        let text = "决定书与修复告知书同时送达 / decision and repair guide served together";
        self.does(text, by, &format!("{path}/serve"), &body)
    }
}
