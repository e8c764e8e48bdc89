//! The first chapters of the story: refusals, listings, measures, the person.

use serde_json::{Value, json};

use crate::demo::client::Step;
use crate::demo::story::{Story, check};

pub(super) fn cite(instrument: &str, article: &str) -> Value {
    json!([{"instrument": instrument, "article": article}])
}

fn named(list: &[(&str, &str)]) -> Value {
    list.iter()
        .map(|(measure, department)| {
            json!({
                "measure": measure, "department": department,
                "proportionality": "与违法行为相关，程度相当，期限有限",
            })
        })
        .collect()
}

const WAGES_MEASURES: &[(&str, &str)] =
    &[("M-A01", "approval"), ("M-A17", "procurement"), ("M-A27", "market"), ("M-A12", "finance")];
pub(super) const HR: &str = "human_resources/SC-03";
pub(super) const HR_HEAD: &str = "human_resources/SC-01";
pub(super) const MARKET: &str = "market/SC-03";
pub(super) const MARKET_HEAD: &str = "market/SC-01";

/// The ids that later chapters go on with.
#[derive(Default)]
pub struct Cases {
    /// Case 1.
    pub wages: String,
    /// Its measures: approval, procurement, market.
    pub wages_measures: Vec<String>,
    /// Case 2 and its measure.
    pub advert: (String, String),
    /// Case 3 and its measure.
    pub quality: (String, String),
    /// The attribution.
    pub person: String,
}

impl Story {
    fn fact(&mut self, about: &str, number: &str, on: shouxin_core::time::Day) -> Step<Value> {
        let issuer = "尤溪县人力资源和社会保障局";
        let text = format!("{issuer}\n行政处罚决定书\n{number}\n当事人：{about}\n{on}\n");
        let sha256 = self.paper(HR, about, &text)?;
        Ok(json!([{
            "kind": "penalty_decision", "about": about, "number": number, "issuer": issuer,
            "date": on, "sha256": sha256,
        }]))
    }

    fn wages_proposal(&mut self) -> Step<Value> {
        let (day, subject) = (self.dates.wages.proposed, self.cast.wages.clone());
        let facts = self.fact(&subject, "尤人社罚〔2026〕1号", day)?;
        Ok(json!({
            "subject": subject, "behaviour": "B2.5",
            "basis": [
                {"instrument": "wage-regulation", "article": "第四十八条"},
                {"instrument": "mohrss-order-45", "article": "第五条"},
            ],
            "facts": facts,
            "act": "克扣、无故拖欠农民工工资，经责令限期支付仍不支付",
        }))
    }

    /// Chapter: what the guards refuse.
    pub fn refusals(&mut self) -> Step {
        self.chapter("守卫拒绝的事项", "what the guards refuse");
        let good = self.wages_proposal()?;
        let with = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body
        };
        let repealed = with("basis", cite("plan-326-2017", "第四条"));
        self.denied(
            "以已废止文件为依据列入 / on a repealed document",
            HR,
            "/v1/listings",
            &repealed,
            "G-BASIS",
        )?;
        let plan = with("basis", cite("plan-185", "四(一)"));
        self.denied(
            "仅以本方案为依据列入 / on the plan alone",
            HR,
            "/v1/listings",
            &plan,
            "G-BASIS-RANK",
        )?;
        self.denied(
            "无职权部门列入 / by a department without competence",
            "education/SC-03",
            "/v1/listings",
            &good,
            "G-COMPETENT",
        )?;
        let mut person = with("subject", json!(self.cast.person));
        person["act"] = json!("仅因其任法定代表人");
        self.denied(
            "仅因公司失信而列入法定代表人 / a person because of the company alone",
            HR,
            "/v1/listings",
            &person,
            "G-PERSON",
        )?;
        let none = with("facts", json!([]));
        self.denied(
            "无生效文书列入 / without an effective document",
            HR,
            "/v1/listings",
            &none,
            "G-FACT",
        )
    }

    fn wages_decision(&mut self, path: &str, answers: &Value) -> Step<Value> {
        let end = self.dates.wages.end;
        let measures = named(WAGES_MEASURES);
        self.decision((HR, path), end, answers, &measures, "尤人社失信决〔2026〕1号")
    }

    /// Case 1: proposed and noticed; nothing may be decided yet.
    pub fn wages_proposed(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.wages.clone();
        self.chapter("列入严重失信主体名单", "black listings, from proposal to effect");
        let proposal = self.wages_proposal()?;
        let id = self.does("拟列入恶意欠薪主体 / proposed", HR, "/v1/listings", &proposal)?.id()?;
        let path = format!("/v1/listings/{id}");
        let measures = named(WAGES_MEASURES);
        let decision = self.wages_decision(&path, &json!([]))?;
        let decide = format!("{path}/decide");
        self.denied(
            "未告知即决定 / deciding without notice",
            HR_HEAD,
            &decide,
            &decision,
            "G-NOTICE",
        )?;
        self.on(dates.noticed)?;
        self.notice(HR, &path, &measures)?;
        self.heard_until(&id, dates.window_ends)?;
        self.denied(
            "陈述期内决定 / deciding within the period",
            HR_HEAD,
            &decide,
            &decision,
            "G-HEARD",
        )?;
        cases.wages = id;
        Ok(())
    }

    /// Case 1: the party speaks.
    pub fn wages_stated(&mut self, cases: &Cases) -> Step {
        let path = format!("/v1/listings/{}", cases.wages);
        self.on(self.dates.wages.stated)?;
        let statement = json!({"points": ["工程款被拖欠，非故意", "已支付部分工资"]});
        self.does(
            "当事人陈述申辩两点 / two points stated",
            "wages",
            &format!("{path}/statement"),
            &statement,
        )?;
        Ok(())
    }

    /// Case 1: decided by the head, served, standing still.
    pub fn wages_decided(&mut self, cases: &Cases) -> Step {
        let dates = self.dates.wages.clone();
        let path = format!("/v1/listings/{}", cases.wages);
        let decide = format!("{path}/decide");
        let decision = self.wages_decision(&path, &json!([]))?;
        self.on(dates.decided)?;
        self.denied(
            "未逐点答复 / deciding without an answer",
            HR_HEAD,
            &decide,
            &decision,
            "G-HEARD",
        )?;
        let answers = json!(["拖欠工程款不免除支付义务", "部分支付不影响认定"]);
        let decision = self.wages_decision(&path, &answers)?;
        self.denied("经办人自行审批 / the proposer decides", HR, &decide, &decision, "G-4EYES")?;
        let mut long = decision.clone();
        long["end"] = json!("2031-01-01");
        self.denied("期限超过上限 / an end date beyond the cap", HR_HEAD, &decide, &long, "G-END")?;
        self.does("负责人决定列入 / the head decides", HR_HEAD, &decide, &decision)?;
        self.on(dates.served)?;
        self.serve(HR, &path)?;
        let listing = self.listing(&cases.wages)?;
        check(listing["decision"]["starts_on"] == json!(dates.starts), || {
            format!("the standstill should end before {}: {listing}", dates.starts)
        })?;
        let early = json!({
            "listing": cases.wages, "measure": "M-A17", "department": "procurement",
            "basis": cite("procurement-law", "第二十二条"), "reasons": "过早", "until": dates.end,
        });
        self.denied(
            "静置期内发起措施 / a measure within the standstill",
            HR,
            "/v1/measures",
            &early,
            "G-SERVED",
        )
    }

    /// Case 1: in effect on its own day, and every department that has a plugin knows.
    pub fn wages_effective(&mut self) -> Step {
        let dates = self.dates.wages.clone();
        let wages = self.cast.wages.clone();
        check(self.classified(&wages)?.is_empty(), || "listed before its day".to_owned())?;
        self.on(dates.starts)?;
        let marks = self.classified(&wages)?;
        check(marks.len() == 1 && marks.iter().all(|mark| mark["suspended"] == false), || {
            format!("the listing should be in effect on {}: {marks:?}", dates.starts)
        })?;
        self.told()?;
        self.say("静置期满，名单生效，各部门插件均已获知 / in effect; every plugin told", "");
        Ok(())
    }

    /// Every plugin has been told of the newest classification change.
    fn told(&mut self) -> Step {
        let history = format!("/v1/subjects/{}/history?limit=1000", self.cast.wages);
        let history = self.client.get(Some("auditor"), &history)?.body;
        let events = history["events"].as_array().cloned().unwrap_or_default();
        let changed = events.iter().rev().find(|own| own["event"] == "classification.changed");
        let changed = changed.map(|own| own["position"].clone()).unwrap_or_default();
        check(changed.is_string(), || format!("no change in {history}"))?;
        self.client.until("operator", "/v1/plugins", "every plugin told", |body| {
            let told = |own: &Value| own["state"] == "running" && own["told_through"] == changed;
            body["plugins"].as_array().is_some_and(|list| list.len() >= 3 && list.iter().all(told))
        })?;
        Ok(())
    }

    /// Chapter: measures of case 1.
    pub fn measures(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.wages.clone();
        self.chapter("联合惩戒：发起、告知、派送、执行、反馈", "joint measures");
        self.on(dates.initiated)?;
        let procurement = cite("procurement-law", "第二十二条第一款第五项");
        let plan = cite("plan-185", "四(二)");
        let unnamed = json!({
            "listing": cases.wages, "measure": "M-A13", "department": "finance",
            "basis": plan, "reasons": "未载明", "until": dates.end,
        });
        self.denied(
            "决定未载明的措施 / a measure the decision does not name",
            HR,
            "/v1/measures",
            &unnamed,
            "G-NAMED",
        )?;
        let weak = json!({
            "listing": cases.wages, "measure": "M-A17", "department": "procurement",
            "basis": plan, "reasons": "依据不足", "until": dates.end,
        });
        self.denied(
            "仅以本方案限制政府采购 / limiting procurement on the plan alone",
            HR,
            "/v1/measures",
            &weak,
            "G-BASIS-RANK",
        )?;
        let approval = self.measure_case(
            HR,
            &cases.wages,
            ("M-A01", "approval", plan.clone()),
            dates.end,
            false,
        )?;
        let barred = self.measure_case(
            HR,
            &cases.wages,
            ("M-A17", "procurement", procurement),
            dates.end,
            false,
        )?;
        let watched = self.measure_case(
            HR,
            &cases.wages,
            ("M-A27", "market", plan.clone()),
            dates.end,
            false,
        )?;
        let declined =
            self.measure_case(HR, &cases.wages, ("M-A12", "finance", plan), dates.end, false)?;
        let worklist = self
            .client
            .get(Some("approval/SC-03"), "/v1/measures?department=approval&state=dispatched")?;
        let first = &worklist.body["measures"][0];
        let due = first["respond_by"]["day"] == json!(dates.respond_by);
        check(first["id"] == json!(approval) && due, || {
            format!("the worklist of approval: {}", worklist.body)
        })?;
        let tasks = self.client.get(Some("approval/SC-03"), "/v1/tasks")?.body;
        let task = &tasks["tasks"][0];
        let sent = json!([approval, "dispatched", dates.respond_by]);
        check(json!([task["id"], task["state"], task["due"]]) == sent, || {
            format!("what approval has to do: {tasks}")
        })?;
        self.on(dates.accepted)?;
        for (id, department) in
            [(&approval, "approval"), (&barred, "procurement"), (&watched, "market")]
        {
            self.execute(id, department)?;
        }
        let why = json!({"reasons": "该主体未申请财政性资金项目，无实施对象"});
        self.does(
            "财政局不予执行推荐性措施并说明理由 / finance declines a recommended measure",
            "finance/SC-03",
            &format!("/v1/measures/{declined}/decline"),
            &why,
        )?;
        let supplier = self.cast.wages.clone();
        check(self.barred(&supplier, dates.accepted)?, || "procurement should bar it".to_owned())?;
        check(!self.barred(&supplier, dates.end.plus_days(1))?, || {
            "barred after its end".to_owned()
        })?;
        self.say("采购部门：今日禁止参与，期满次日不再禁止 / barred today, not after its end", "");
        cases.wages_measures = vec![approval, barred, watched];
        Ok(())
    }

    /// Case 1: the departments report what they did.
    pub fn fed_back(&mut self, cases: &Cases) -> Step {
        self.on(self.dates.wages.fed_back)?;
        for (id, department) in
            cases.wages_measures.iter().zip(["approval", "procurement", "market"])
        {
            let body = json!({"result": "已执行", "effect": "措施已在办理环节生效"});
            let text = format!("{department} 反馈 / feeds back");
            self.does(
                &text,
                &format!("{department}/SC-03"),
                &format!("/v1/measures/{id}/feedback"),
                &body,
            )?;
        }
        Ok(())
    }

    /// Case 2: proposed by market supervision; the party stays silent.
    pub fn advert_proposed(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.advert.clone();
        self.on(dates.proposed)?;
        let subject = self.cast.advert.clone();
        let facts = self.fact(&subject, "尤市监罚〔2026〕14号", dates.proposed)?;
        let body = json!({
            "subject": subject, "behaviour": "B2.14",
            "basis": cite("samr-order-44", "第九条"),
            "facts": facts,
            "act": "发布虚假广告，情节严重",
        });
        let id = self
            .does("拟列入虚假广告主体 / case 2 proposed", MARKET, "/v1/listings", &body)?
            .id()?;
        self.on(dates.noticed)?;
        self.notice(MARKET, &format!("/v1/listings/{id}"), &named(&[("M-A17", "procurement")]))?;
        self.heard_until(&id, dates.window_ends)?;
        cases.advert.0 = id;
        Ok(())
    }

    /// Case 2: decided after the period passed in silence.
    pub fn advert_decided(&mut self, cases: &Cases) -> Step {
        let dates = self.dates.advert.clone();
        let path = format!("/v1/listings/{}", cases.advert.0);
        self.on(dates.window_closed)?;
        self.on(dates.decided)?;
        let measures = named(&[("M-A17", "procurement")]);
        let decision = self.decision(
            (MARKET, &path),
            dates.end,
            &json!([]),
            &measures,
            "尤市监失信决〔2026〕2号",
        )?;
        self.does(
            "陈述期满无陈述，负责人决定 / decided after silence",
            MARKET_HEAD,
            &format!("{path}/decide"),
            &decision,
        )?;
        self.on(dates.served)?;
        self.serve(MARKET, &path)?;
        let listing = self.listing(&cases.advert.0)?;
        check(listing["decision"]["starts_on"] == json!(dates.starts), || format!("{listing}"))
    }

    /// Case 3: the party waives its statement.
    pub fn quality_proposed(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.quality.clone();
        self.on(dates.proposed)?;
        let subject = self.cast.quality.clone();
        let facts = self.fact(&subject, "尤市监罚〔2026〕16号", dates.proposed)?;
        let body = json!({
            "subject": subject, "behaviour": "B1.6",
            "basis": cite("samr-order-44", "第七条"),
            "facts": facts,
            "act": "生产不符合保障人身健康标准的产品",
        });
        let id = self
            .does("拟列入产品质量失信主体 / case 3 proposed", MARKET, "/v1/listings", &body)?
            .id()?;
        let path = format!("/v1/listings/{id}");
        self.on(dates.noticed)?;
        self.notice(MARKET, &path, &named(&[("M-A27", "market")]))?;
        self.heard_until(&id, dates.window_ends)?;
        self.on(dates.waived)?;
        let waived = self.paper("quality", &subject, "书面放弃陈述和申辩\n")?;
        let waiver = json!({"waiver_sha256": waived});
        self.does(
            "当事人书面放弃陈述 / written waiver",
            "quality",
            &format!("{path}/statement"),
            &waiver,
        )?;
        cases.quality.0 = id;
        Ok(())
    }

    /// Case 3: decided and served, with an end date of its own.
    pub fn quality_decided(&mut self, cases: &Cases) -> Step {
        let dates = self.dates.quality.clone();
        let path = format!("/v1/listings/{}", cases.quality.0);
        self.on(dates.decided)?;
        let measures = named(&[("M-A27", "market")]);
        let decision = self.decision(
            (MARKET, &path),
            dates.end,
            &json!([]),
            &measures,
            "尤市监失信决〔2026〕3号",
        )?;
        self.does(
            "负责人决定，期限半年 / decided for half a year",
            MARKET_HEAD,
            &format!("{path}/decide"),
            &decision,
        )?;
        self.on(dates.served)?;
        self.serve(MARKET, &path)?;
        let listing = self.listing(&cases.quality.0)?;
        check(listing["decision"]["starts_on"] == json!(dates.starts), || format!("{listing}"))
    }

    /// Chapter: the person, by a finding and a decision of their own.
    pub fn person_proposed(&mut self, cases: &mut Cases) -> Step {
        self.chapter("落实到人", "a person, by their own finding and decision");
        let dates = self.dates.person.clone();
        let (wages, person) = (self.cast.wages.clone(), self.cast.person.clone());
        let acted_on = dates.proposed.plus_days(-90);
        let body = |facts: Value| {
            json!({
                "listing": cases.wages, "person": person,
                "role": "legal_representative", "basis": cite("wage-regulation", "第四十八条"),
                "facts": facts, "finding": "本人决定并指使拖欠，负有直接责任",
                "office_from": "2019-05-06", "acted_on": acted_on,
            })
        };
        let company = body(self.fact(&wages, "尤人社罚〔2026〕1号", dates.proposed)?);
        let own = body(self.fact(&person, "尤人社罚〔2026〕2号", dates.proposed)?);
        self.denied(
            "以公司文书归责个人 / attributing on the company's document",
            HR,
            "/v1/attributions",
            &company,
            "G-PERSON",
        )?;
        let id = self
            .does(
                "以认定本人责任的文书归责 / attributed on a finding of their own",
                HR,
                "/v1/attributions",
                &own,
            )?
            .id()?;
        let path = format!("/v1/attributions/{id}");
        self.on(dates.noticed)?;
        self.notice(HR, &path, &json!([]))?;
        let read = self.client.get(Some(HR_HEAD), &path)?.body;
        check(read["state"] == "noticed" && read["statement_until"]["day"].is_string(), || {
            format!("what the authority reads of it: {read}")
        })?;
        cases.person = id;
        self.fed_back(cases)?;
        self.case_2_measure(cases)?;
        self.on(dates.waived)?;
        let person = self.cast.person.clone();
        let waived = self.paper("person", &person, "本人书面放弃陈述和申辩\n")?;
        let waiver = json!({"waiver_sha256": waived});
        self.does(
            "本人书面放弃陈述 / the person waives",
            "person",
            &format!("{path}/statement"),
            &waiver,
        )?;
        Ok(())
    }

    fn case_2_measure(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.advert.clone();
        self.on(dates.initiated)?;
        let basis = cite("procurement-law", "第七十七条");
        let id = self.measure_case(
            MARKET,
            &cases.advert.0.clone(),
            ("M-A17", "procurement", basis),
            dates.end,
            true,
        )?;
        cases.advert.1 = id;
        Ok(())
    }

    /// The person's decision, and case 3's measure.
    pub fn person_served(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.person.clone();
        self.on(dates.decided)?;
        let path = format!("/v1/attributions/{}", cases.person);
        let end = self.dates.wages.end;
        let decision =
            self.decision((HR, &path), end, &json!([]), &json!([]), "尤人社归责决〔2026〕1号")?;
        self.does(
            "负责人决定归责 / the head decides",
            HR_HEAD,
            &format!("{path}/decide"),
            &decision,
        )?;
        self.on(self.dates.quality.initiated)?;
        let basis = cite("plan-185", "四(二)");
        let until = self.dates.quality.end;
        let id = self.measure_case(
            MARKET,
            &cases.quality.0.clone(),
            ("M-A27", "market", basis),
            until,
            true,
        )?;
        cases.quality.1 = id;
        self.on(dates.served)?;
        self.serve(HR, &path)?;
        Ok(())
    }
}
