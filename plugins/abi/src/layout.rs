//! Where every field lies, for systems whose pointers have 64 bits: an edit that moves one does not
//! compile. The header asserts the same on the side of C and C++.

use core::mem::{offset_of, size_of};

use crate::{DESCRIPTOR_BYTES_MIN, Descriptor, HOST_BYTES_MIN, Host, Text};

macro_rules! lies {
    ($type:ty, $bytes:literal, $($field:ident $at:literal),+ $(,)?) => {
        const _: () = assert!(size_of::<$type>() == $bytes);
        $(const _: () = assert!(offset_of!($type, $field) == $at);)+
    };
}

lies!(Text, 16, ptr 0, len 8);

// Minor 0 had 32 bytes, minor 1 appended `connect`.
const _: () = assert!(HOST_BYTES_MIN == 32);
lies!(Host, 40, struct_size 0, abi_major 4, abi_minor 6, ctx 8, answer 16, log 24, connect 32);

const _: () = assert!(DESCRIPTOR_BYTES_MIN == 80);
lies!(
    Descriptor, 136,
    magic 0, struct_size 4, abi_major 8, abi_minor 10, reserved 12,
    name 16, version 32, department 48, create 64, destroy 72,
    classified 80, execute 88, suspend 96, resume 104, lift 112, forget 120, query 128,
);
