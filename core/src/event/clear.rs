//! The texts of an event that stand in clear, each with the field it stands in. They are found by how
//! the event is stored and not by a list, so that no new event can be left out.

use std::fmt;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Shows each text in clear of something that is stored, with the field it stands in. Codes of
/// organisations are no texts, and what is sealed is not in clear.
pub fn each_text<T: Serialize>(stored: &T, see: &mut dyn FnMut(&'static str, &str)) {
    // Nothing here fails: an error could only come from the type itself, which is stored by the same way.
    let _ = stored.serialize(&mut Walk { field: "", see });
}

struct Walk<'a> {
    field: &'static str,
    see: &'a mut dyn FnMut(&'static str, &str),
}

/// The parts of one thing; those of a sealed text are passed over.
struct Parts<'w, 'a> {
    walk: &'w mut Walk<'a>,
    sealed: bool,
}

impl<'w, 'a> Parts<'w, 'a> {
    fn of(walk: &'w mut Walk<'a>, name: &str) -> Parts<'w, 'a> {
        Parts { walk, sealed: name == "Sealed" }
    }

    fn next<T: ?Sized + Serialize>(&mut self, part: &T) -> Result<(), Never> {
        if self.sealed { Ok(()) } else { part.serialize(&mut *self.walk) }
    }

    fn named<T: ?Sized + Serialize>(&mut self, field: &'static str, part: &T) -> Result<(), Never> {
        let outer = std::mem::replace(&mut self.walk.field, field);
        self.next(part)?;
        self.walk.field = outer;
        Ok(())
    }
}

/// The walk does not fail.
#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it does not fail")
    }
}

impl std::error::Error for Never {}

impl serde::ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Never {
        Never
    }
}

/// What holds no text.
macro_rules! passed_over {
    ($($method:ident $type:ty),*) => {
        $(fn $method(self, _: $type) -> Result<(), Never> { Ok(()) })*
    };
}

impl<'w, 'a> Serializer for &'w mut Walk<'a> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Parts<'w, 'a>;
    type SerializeTuple = Parts<'w, 'a>;
    type SerializeTupleStruct = Parts<'w, 'a>;
    type SerializeTupleVariant = Parts<'w, 'a>;
    type SerializeMap = Parts<'w, 'a>;
    type SerializeStruct = Parts<'w, 'a>;
    type SerializeStructVariant = Parts<'w, 'a>;

    passed_over!(
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32,
        serialize_i64 i64, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32,
        serialize_u64 u64, serialize_f32 f32, serialize_f64 f64, serialize_char char,
        serialize_bytes &[u8], serialize_unit_struct &'static str
    );

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        (self.see)(self.field, text);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, own: &T) -> Result<(), Never> {
        own.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        own: &T,
    ) -> Result<(), Never> {
        if name == "Uscc" { Ok(()) } else { own.serialize(self) }
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        own: &T,
    ) -> Result<(), Never> {
        own.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, ""))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, ""))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, name))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, ""))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, ""))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, name))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'w, 'a>, Never> {
        Ok(Parts::of(self, ""))
    }
}

/// What comes part by part, without names or with them.
macro_rules! parts {
    ($($kind:ident $method:ident)*; $($named:ident)*) => {
        $(impl $kind for Parts<'_, '_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: ?Sized + Serialize>(&mut self, part: &T) -> Result<(), Never> {
                self.next(part)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
        $(impl $named for Parts<'_, '_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: ?Sized + Serialize>(
                &mut self,
                field: &'static str,
                part: &T,
            ) -> Result<(), Never> {
                self.named(field, part)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field;
    SerializeStruct SerializeStructVariant
}

impl SerializeMap for Parts<'_, '_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Never> {
        self.next(key)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Never> {
        self.next(value)
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}
