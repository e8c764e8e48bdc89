//! Chapters of the story: listing, refusals, measures, objections, repair, expiry, red list.

use serde_json::{Value, json};

use crate::demo::client::Step;
use crate::demo::sample::digest;
use crate::demo::story::{Story, check, service};

fn cite(instrument: &str, article: &str) -> Value {
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
const HR: &str = "human_resources/SC-03";
const HR_HEAD: &str = "human_resources/SC-01";
const MARKET: &str = "market/SC-03";
const MARKET_HEAD: &str = "market/SC-01";

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
    fn fact(&self, about: &str, number: &str, on: shouxin_core::time::Day) -> Value {
        json!([{
            "kind": "penalty_decision", "about": about, "number": number,
            "issuer": "尤溪县人力资源和社会保障局", "date": on, "sha256": digest(number),
        }])
    }

    fn wages_proposal(&self) -> Value {
        let day = self.dates.wages.proposed;
        json!({
            "subject": self.cast.wages, "behaviour": "B2.5",
            "basis": [
                {"instrument": "wage-regulation", "article": "第四十八条"},
                {"instrument": "mohrss-order-45", "article": "第五条"},
            ],
            "facts": self.fact(&self.cast.wages, "尤人社罚〔2026〕1号", day),
            "act": "克扣、无故拖欠农民工工资，经责令限期支付仍不支付",
        })
    }

    /// Chapter: what the guards refuse.
    pub fn refusals(&mut self) -> Step {
        self.chapter("守卫拒绝的事项", "what the guards refuse");
        let good = self.wages_proposal();
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

    fn wages_decision(&self, answers: &Value) -> Value {
        let end = self.dates.wages.end;
        self.decision(end, answers, &named(WAGES_MEASURES), "尤人社失信决〔2026〕1号")
    }

    /// Case 1: proposed and noticed; nothing may be decided yet.
    pub fn wages_proposed(&mut self, cases: &mut Cases) -> Step {
        let dates = self.dates.wages.clone();
        self.chapter("列入严重失信主体名单", "black listings, from proposal to effect");
        let proposal = self.wages_proposal();
        let id = self.does("拟列入恶意欠薪主体 / proposed", HR, "/v1/listings", &proposal)?.id()?;
        let path = format!("/v1/listings/{id}");
        let measures = named(WAGES_MEASURES);
        let decision = self.wages_decision(&json!([]));
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
        let decision = self.wages_decision(&json!([]));
        self.on(dates.decided)?;
        self.denied(
            "未逐点答复 / deciding without an answer",
            HR_HEAD,
            &decide,
            &decision,
            "G-HEARD",
        )?;
        let answers = json!(["拖欠工程款不免除支付义务", "部分支付不影响认定"]);
        let decision = self.wages_decision(&answers);
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

    /// Case 1: in effect on its own day, and three departments know.
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
        self.say("静置期满，名单生效，三个部门插件已获知 / in effect; three plugins told", "");
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
        self.client.until("operator", "/v1/plugins", "three plugins told", |body| {
            let told = |own: &Value| own["state"] == "running" && own["told_through"] == changed;
            body["plugins"].as_array().is_some_and(|list| list.len() == 3 && list.iter().all(told))
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
        let body = json!({
            "subject": self.cast.advert, "behaviour": "B2.14",
            "basis": cite("samr-order-44", "第九条"),
            "facts": self.fact(&self.cast.advert, "尤市监罚〔2026〕14号", dates.proposed),
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
        let decision = self.decision(dates.end, &json!([]), &measures, "尤市监失信决〔2026〕2号");
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
        let body = json!({
            "subject": self.cast.quality, "behaviour": "B1.6",
            "basis": cite("samr-order-44", "第七条"),
            "facts": self.fact(&self.cast.quality, "尤市监罚〔2026〕16号", dates.proposed),
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
        let waiver = json!({"waiver_sha256": digest("书面放弃陈述")});
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
        let decision = self.decision(dates.end, &json!([]), &measures, "尤市监失信决〔2026〕3号");
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
        let body = |facts: Value| {
            json!({
                "listing": cases.wages, "person": self.cast.person,
                "role": "legal_representative", "basis": cite("wage-regulation", "第四十八条"),
                "facts": facts, "finding": "本人决定并指使拖欠，负有直接责任",
            })
        };
        let company = body(self.fact(&self.cast.wages, "尤人社罚〔2026〕1号", dates.proposed));
        let own = body(self.fact(&self.cast.person, "尤人社罚〔2026〕2号", dates.proposed));
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
        cases.person = id;
        self.fed_back(cases)?;
        self.case_2_measure(cases)?;
        self.on(dates.waived)?;
        let waiver = json!({"waiver_sha256": digest("本人书面放弃陈述")});
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
        let decision = self.decision(end, &json!([]), &json!([]), "尤人社归责决〔2026〕1号");
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

    /// Chapter: objections, one rejected and one upheld.
    pub fn objections(&mut self, cases: &Cases) -> Step {
        self.chapter("异议：一件驳回恢复，一件成立撤销", "objections: one rejected, one upheld");
        let dates = self.dates.wages.clone();
        self.on(dates.objected)?;
        let body = json!({
            "target": cases.wages, "trigger": "subject", "grounds": ["wrong_list_condition"],
            "statement": "已于立案前付清，不符合列入条件", "evidence": [digest("付款凭证")],
        });
        let filed = self.does(
            "当事人提出异议，一切即刻暂停 / everything is suspended at once",
            "wages",
            "/v1/objections",
            &body,
        )?;
        check(filed.made("classification.changed"), || {
            "the classification did not change".to_owned()
        })?;
        let first = filed.id()?;
        let found = self.client.get(Some("auditor"), &format!("/v1/objections/{first}"))?;
        check(found.body["accept_by"]["day"] == json!(dates.accept_by), || {
            format!("{}", found.body)
        })?;
        for id in &cases.wages_measures {
            self.confirmed(id, "suspended")?;
        }
        let supplier = self.cast.wages.clone();
        check(!self.barred(&supplier, dates.objected)?, || "barred while suspended".to_owned())?;
        let public = self.client.get(None, "/v1/lists/black")?;
        check(!public.body.to_string().contains(&supplier), || "shown while disputed".to_owned())?;
        self.say("采购部门：暂停期间不禁止；公开名单不再显示 / not barred, not shown", "");
        self.on(dates.referred)?;
        self.refer(&first, dates.referred, dates.verify_by)?;
        self.on(self.dates.person.starts)?;
        let person = self.cast.person.clone();
        check(self.classified(&person)?.is_empty(), || {
            "a person's start under a suspension".to_owned()
        })?;
        self.say("单位名单暂停，个人归责到期不生效 / the person's start waits", "");
        self.on(dates.verified)?;
        let found = json!({"finding": "correct", "reasons": "付款发生在列入决定之后", "evidence": [digest("核查")]});
        self.denied(
            "原经办人自行核实 / the proposer verifies",
            HR,
            &format!("/v1/objections/{first}/verification"),
            &found,
            "G-4EYES",
        )?;
        self.does(
            "提供单位核实无误 / verified: correct",
            "human_resources/SC-04",
            &format!("/v1/objections/{first}/verification"),
            &found,
        )?;
        self.on(dates.resumed)?;
        let result = json!({"reasons": "核实无误，恢复执行", "service": service(dates.resumed)});
        self.does(
            "信用办送达结果，恢复 / result served, resumed",
            "credit",
            &format!("/v1/objections/{first}/resolve"),
            &result,
        )?;
        for id in &cases.wages_measures {
            self.confirmed(id, "executed")?;
        }
        check(self.barred(&supplier, dates.resumed)?, || "not barred after resumption".to_owned())?;
        self.on(dates.resumed)?;
        check(
            self.classified(&person)?.len() == 1 && self.today() == self.dates.person.effective,
            || "the person's attribution should start when the suspension ends".to_owned(),
        )?;
        self.repeat(cases, &supplier)?;
        self.upheld(cases)
    }

    /// The statement period ends where the scenario says.
    fn heard_until(&self, id: &str, on: shouxin_core::time::Day) -> Step {
        let listing = self.listing(id)?;
        check(listing["statement_until"]["day"] == json!(on), || {
            format!("the statement period should end on {on}: {listing}")
        })
    }

    fn refer(
        &mut self,
        id: &str,
        on: shouxin_core::time::Day,
        by: shouxin_core::time::Day,
    ) -> Step {
        self.does(
            "信用办受理 / accepted",
            "credit",
            &format!("/v1/objections/{id}/accept"),
            &json!({}),
        )?;
        let body = json!({"received_on": on});
        self.does(
            "转提供单位核实 / referred to the provider",
            "credit",
            &format!("/v1/objections/{id}/refer"),
            &body,
        )?;
        let found = self.client.get(Some("auditor"), &format!("/v1/objections/{id}"))?;
        check(found.body["verify_by"]["day"] == json!(by), || {
            format!("20 working days should end on {by}: {}", found.body)
        })
    }

    fn repeat(&mut self, cases: &Cases, supplier: &str) -> Step {
        let body = json!({
            "target": cases.wages, "trigger": "subject", "grounds": ["wrong_list_condition"],
            "statement": "同前",
        });
        let again = self.does(
            "无新事实重复异议，不再暂停 / a repeat without new facts does not suspend",
            "wages",
            "/v1/objections",
            &body,
        )?;
        check(!again.made("classification.changed"), || "a repeat suspended".to_owned())?;
        let today = self.today();
        check(self.barred(supplier, today)?, || "a repeat lifted the bar".to_owned())?;
        let refuse = json!({"reasons": "与前次异议相同，无新事实", "service": service(today)});
        self.does(
            "不予受理并送达理由 / refused with served reasons",
            "credit",
            &format!("/v1/objections/{}/refuse", again.id()?),
            &refuse,
        )?;
        Ok(())
    }

    fn upheld(&mut self, cases: &Cases) -> Step {
        let dates = self.dates.advert.clone();
        self.on(dates.objected)?;
        let body = json!({
            "target": cases.advert.0, "trigger": "subject", "grounds": ["wrong_identity"],
            "statement": "广告由同名企业发布", "evidence": [digest("营业执照")],
        });
        let filed = self
            .does("第二件异议 / the second objection", "advert", "/v1/objections", &body)?
            .id()?;
        self.confirmed(&cases.advert.1, "suspended")?;
        self.on(dates.referred)?;
        self.refer(&filed, dates.referred, dates.verify_by)?;
        self.on(dates.verified)?;
        let found = json!({"finding": "error", "reasons": "主体认定错误"});
        self.does(
            "提供单位核实有误 / verified: error",
            "market/SC-04",
            &format!("/v1/objections/{filed}/verification"),
            &found,
        )?;
        self.on(dates.annulled)?;
        let result =
            json!({"reasons": "核实有误，撤销并恢复信誉", "service": service(dates.annulled)});
        let done = self.does(
            "撤销名单、解除措施、启动恢复信誉 / annulled, redress opened",
            "credit",
            &format!("/v1/objections/{filed}/resolve"),
            &result,
        )?;
        check(done.made("listing.annulled") && done.made("redress.opened"), || {
            "not annulled".to_owned()
        })?;
        self.confirmed(&cases.advert.1, "lifted")?;
        let subject = self.cast.advert.clone();
        check(
            self.classified(&subject)?.is_empty() && !self.barred(&subject, dates.annulled)?,
            || "an annulled listing still has effect".to_owned(),
        )?;
        self.on(dates.redressed)?;
        let account = json!({"account": "已在原渠道更正并致歉", "evidence": [digest("更正公告")]});
        self.does(
            "提供单位完成恢复信誉 / redress done",
            "market/SC-04",
            &format!("/v1/redress/{filed}"),
            &account,
        )?;
        Ok(())
    }

    /// Chapter: an exemplar.
    pub fn red_list(&mut self) -> Step {
        let dates = self.dates.red.clone();
        self.chapter("红名单与守信激励", "the red list opens incentives");
        self.on(dates.nominated)?;
        let body = json!({
            "subject": self.cast.red, "source": "association_member",
            "merits": "连续多年无不良信用记录，由行业协会推荐", "basis": cite("plan-185", "三(一)"),
        });
        let id = self.does("提名 / nominated", MARKET, "/v1/nominations", &body)?.id()?;
        let path = format!("/v1/nominations/{id}");
        self.does(
            "核查无黑名单、无不良记录 / checked",
            MARKET,
            &format!("{path}/check"),
            &json!({}),
        )?;
        self.does("公示 / public notice", MARKET, &format!("{path}/notice"), &json!({}))?;
        let decision = json!({
            "document_number": "尤市监红〔2026〕1号", "document_sha256": digest("红名单决定"),
            "reasons": "公示期满无异议", "until": dates.until,
        });
        self.denied(
            "公示期内决定 / within the public notice",
            MARKET_HEAD,
            &format!("{path}/decide"),
            &decision,
            "G-PUBLIC-NOTICE",
        )?;
        self.on(dates.decided)?;
        check(dates.decided == dates.notice_ends.plus_days(1), || {
            "the scenario's own dates".to_owned()
        })?;
        self.does(
            "负责人决定列入红名单 / the head decides",
            MARKET_HEAD,
            &format!("{path}/decide"),
            &decision,
        )?;
        self.on(dates.initiated)?;
        for (measure, department) in [("I05", "approval"), ("I18", "market")] {
            let section = if measure == "I05" { "三(二)" } else { "三(四)" };
            let basis = cite("plan-185", section);
            self.measure_case(MARKET, &id, (measure, department, basis), dates.until, true)?;
        }
        let question = json!({"subject": self.cast.red, "on": dates.initiated});
        let review = self.client.ask("approval/SC-03", "approval", &question)?;
        check(review["review"] == "green", || format!("no green channel: {review}"))?;
        let plan = self.client.ask("market/SC-03", "market", &question)?;
        self.say("审批绿色通道已开通，检查频次已减少 / green channel, fewer inspections", "");
        check(
            plan["routine"]["per_year"].as_i64() < plan["routine"]["base_per_year"].as_i64(),
            || format!("not fewer inspections: {plan}"),
        )
    }

    /// Chapter: one ends by itself, one is repaired.
    pub fn endings(&mut self, cases: &Cases) -> Step {
        self.chapter("到期自动终止与信用修复", "one expires by itself, one is repaired");
        let dates = self.dates.wages.clone();
        let apply = json!({
            "listing": cases.wages, "proof_sha256": [digest("工资支付凭证")],
            "commitment_sha256": digest("信用承诺书"), "statement": "工资已全部付清",
        });
        self.on(dates.too_early)?;
        self.denied(
            "未满最短期限申请修复 / too early",
            "wages",
            "/v1/repairs",
            &apply,
            "G-REPAIR-PERIOD",
        )?;
        self.on(self.dates.quality.end)?;
        let quality = self.cast.quality.clone();
        check(self.classified(&quality)?.len() == 1, || "ended before its last day".to_owned())?;
        self.on(self.dates.quality.expired)?;
        check(self.classified(&quality)?.is_empty(), || "it did not end by itself".to_owned())?;
        self.confirmed(&cases.quality.1, "lifted")?;
        self.on(dates.repair_applied)?;
        let id = self
            .does("申请修复，不收费 / repair applied for", "wages", "/v1/repairs", &apply)?
            .id()?;
        let found = self.client.get(Some("auditor"), &format!("/v1/repairs/{id}"))?;
        let accept = found.body["accept_by"]["day"] == json!(dates.repair_accept_by);
        let decide = found.body["decide_by"]["day"] == json!(dates.repair_decide_by);
        check(accept && decide, || {
            format!("10 working days should end on {}: {}", dates.repair_decide_by, found.body)
        })?;
        self.on(dates.repair_accepted)?;
        self.does(
            "受理 / accepted",
            HR,
            &format!("/v1/repairs/{id}/accept"),
            &json!({"outcome": "accepted"}),
        )?;
        self.on(dates.repaired)?;
        let decision = json!({
            "approved": true, "document_number": "尤人社修复〔2026〕1号",
            "document_sha256": digest("修复决定"), "reasons": "义务已履行，符合修复条件",
            "service": service(dates.repaired),
        });
        let done = self.does(
            "准予修复，移出名单、措施解除 / repaired, removed",
            HR_HEAD,
            &format!("/v1/repairs/{id}/decide"),
            &decision,
        )?;
        check(done.made("listing.removed"), || "not removed".to_owned())?;
        for measure in &cases.wages_measures {
            self.confirmed(measure, "lifted")?;
        }
        self.client.until("auditor", &format!("/v1/repairs/{id}"), "done", |body| {
            body["state"] == "done"
        })?;
        let (company, person) = (self.cast.wages.clone(), self.cast.person.clone());
        check(
            self.classified(&company)?.is_empty() && self.classified(&person)?.is_empty(),
            || "something rests on a repaired listing".to_owned(),
        )?;
        check(!self.barred(&company, dates.repaired)?, || "barred after the repair".to_owned())?;
        let public = self.client.get(None, &format!("/v1/subjects/{company}"))?;
        check(!public.body.to_string().contains(&cases.wages), || {
            "shown after the repair".to_owned()
        })?;
        self.say("公司与个人均已移出，各处解除，修复办结 / removed everywhere, repair done", "");
        let measure = self.measure(cases.wages_measures.first().map_or("", String::as_str))?;
        check(measure["standing"] == "ended", || format!("{measure}"))
    }
}
