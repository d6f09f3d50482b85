//! One test for each rule: a program that keeps it, and the same with the rule broken.

use super::super::program::Program;
use super::verify;

/// A program around some instructions, on the given device.
fn program(device: &str, body: &str) -> String {
    format!(
        "program test {device} numerics=cuda grid=128x1x1 block=256x1x1 shared=0 {{
           layout ctas=128 threads=256 chunks=1 waves=1 buffers=2
           region x float32 sbuf 0x0 [128 x 1024] x2
           region y float32 sbuf 0x800 [128 x 1024]
           region z float32 sbuf 0xc00 [128 x 1024]
           region m uint8 sbuf 0x1000 [128 x 256]
           region a uint64 sbuf 0x1400 [128 x 2048]
           region p float32 psum 0x0 [128 x 8192]
           region global uint8 arena
           region params uint8 params
           register go r1
           register base r2 wide
           semaphore s
           semaphore t
           semaphore free = 2
           {body}
         }}"
    )
}

#[track_caller]
fn check_on(device: &str, body: &str, expected: &str) {
    let text = program(device, body);
    let program: Program = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    let printed: Program = program.to_string().parse().unwrap_or_else(|error| panic!("{error}\n{program}"));
    assert_eq!(printed, program, "the text form reads back as something else");
    match verify(&program) {
        Ok(()) => assert_eq!(expected, "", "accepted:\n{program}"),
        Err(violations) => {
            let messages: Vec<String> = violations.iter().map(ToString::to_string).collect();
            let all = messages.join("\n");
            assert!(!expected.is_empty() && all.contains(expected), "expected `{expected}`, found:\n{all}");
        }
    }
}

#[track_caller]
fn check(body: &str, expected: &str) {
    check_on("trn2", body, expected);
}

#[test]
fn a_legal_program_passes() {
    check("vector y.float32[128, 256] = tensor_tensor x.float32[128, 256], z.float32[128, 256] op=add // :7 1:3", "");
}

#[test]
fn engine_must_have_the_instruction() {
    check(
        "scalar y.float32[128, 256] = tensor_tensor x.float32[128, 256], z.float32[128, 256] op=add",
        "does not run on scalar",
    );
}

#[test]
fn device_must_have_the_instruction() {
    check("vector y.float32[128, 256] = exponential x.float32[128, 256], 1.0:float32", "trn2 has no `exponential`");
    check_on("trn3", "vector y.float32[128, 256] = exponential x.float32[128, 256], 1.0:float32", "");
}

#[test]
fn scalar_copies_from_trn2_on() {
    check("scalar y.float32[128, 256] = tensor_copy x.float32[128, 256]", "");
    check_on("trn1", "scalar y.float32[128, 256] = tensor_copy x.float32[128, 256]", "no `tensor_copy` on trn1");
}

#[test]
fn attributes_are_those_of_the_row() {
    check("vector y.float32[128, 256] = tensor_tensor x.float32[128, 256], z.float32[128, 256]", "needs `op`");
    check("vector y.float32[128, 256] = tensor_copy x.float32[128, 256] op=add", "takes no `op`");
}

#[test]
fn at_most_128_partitions() {
    check("vector y.float32[129, 256] = tensor_copy x.float32[129, 256]", "of 128");
}

#[test]
fn start_partition_follows_the_partition_count() {
    check("vector y.float32[96+32, 256] = tensor_copy x.float32[32+32, 256]", "");
    check("vector y.float32[16+32, 256] = tensor_copy x.float32[32, 256]", "32 partitions may not start at 16");
    check("vector y.float32[32+64, 256] = tensor_copy x.float32[64, 256]", "64 partitions may not start at 32");
    check("vector y.float32[32+96, 256] = tensor_copy x.float32[96, 256]", "96 partitions may not start at 32");
}

#[test]
fn accesses_stay_in_their_region() {
    check("vector y.float32[128, +4, 256] = tensor_copy x.float32[128, 256]", "covers bytes 4..1028");
    check("vector y.float32[128, 128*-1] = tensor_copy x.float32[128, 128]", "covers bytes -508..4");
}

#[test]
fn accesses_have_at_most_four_dimensions() {
    check("vector y.float32[128, 2, 2, 2, 2, 2] = tensor_copy x.float32[128, 2, 2, 2, 2, 2]", "at most 4 dimensions");
}

#[test]
fn strides_and_counts_are_16_bit() {
    check("vector y.float32[128, 1*40000] = tensor_copy x.float32[128, 1]", "no 16-bit number");
    check("vector y.float32[128, 70000*0] = tensor_copy x.float32[128, 70000*0]", "1 to 65535 positions");
}

#[test]
fn free_size_is_limited_by_the_memory() {
    check("vector y.float32[128, 512*0, 200*0] = tensor_copy x.float32[128, 512*0, 200*0]", "at most 65536");
    check("vector p.float32[128, 8*0, 1024] = tensor_copy x.float32[128, 8*0, 1024*0]", "at most 4096");
}

#[test]
fn regions_fit_the_memory() {
    let text = |size: u32| format!("region big float32 sbuf 0x1c00 [128 x {size}]");
    let rest = 212_984 - 0x1c00;
    check(&text(rest), "");
    check(&text(rest + 4), "sbuf has 212984 on trn2");
    check("region bank float32 psum 0x2000 [128 x 8196]", "psum has 16384");
}

#[test]
fn registers_fit_the_sequencer() {
    check("register many r63", "");
    check("register many r64", "64 registers");
    check("register pair r63 wide", "64 registers");
    check("register again r3", "taken twice");
}

#[test]
fn gpsimd_does_not_reach_psum() {
    check(
        "gpsimd y.int32[128, 256] = tensor_tensor p.int32[128, 256], x.int32[128, 256] op=add",
        "GpSimd does not reach PSUM",
    );
}

#[test]
fn only_one_input_is_in_psum() {
    check(
        "vector y.float32[128, 8] = tensor_tensor p.float32[128, 8], p.float32[128, +32, 8] op=add",
        "two inputs in PSUM",
    );
}

#[test]
fn operands_are_where_the_row_allows() {
    check(
        "tensor y.float32[128, 256] = nc_matmul x.float32[128, 128], x.float32[128, 256]",
        "`dst` may not be in sbuf",
    );
    check("vector y.float32[128, 256] = tensor_copy global.float32[0; 128*1024, 256*4]", "`src` may not be in HBM");
    check("sync params.float32[0; 128*1024, 256*4] = dma_copy x.float32[128, 256], _ queue=0 dge=hwdge", "read only");
    check("vector y.float32[128, 256] = tensor_copy 1.0:float32", "`src` may not be a constant");
    check("vector y.float32[128, 256] = tensor_copy %go", "`src` may not be a register");
    check("vector y.float32[128, 256] = tensor_copy _", "`src` may not be left out");
}

#[test]
fn element_types_are_those_of_the_row() {
    check("vector y.uint64[128, 128] = tensor_copy x.uint64[128, 128]", "may not be uint64");
    check(
        "vector y.float32[128, 256] = tensor_copy_predicated x.float32[128, 256], z.float32[128, 256]",
        "`predicate` may not be float32",
    );
    check("vector y.float32[128, 256] = tensor_copy_predicated x.uint32[128, 256], m.uint8[128, 256]", "same type");
}

#[test]
fn operands_are_on_equally_many_partitions() {
    check("vector y.float32[128, 256] = tensor_copy x.float32[64, 256]", "equally many");
}

#[test]
fn operands_have_equally_many_elements() {
    check("vector y.float32[128, 256] = tensor_copy x.float32[128, 128]", "equally many");
    check("vector y.float32[128, 256] = tensor_scalar x.float32[128, 256], z.float32[128, 1], _ op=add", "");
    check(
        "vector y.float32[128, 256] = tensor_scalar x.float32[128, 256], z.float32[128, 2], _ op=add",
        "one element per partition",
    );
}

#[test]
fn bitwise_operations_are_vectors_on_integers() {
    check("vector y.uint32[128, 256] = tensor_tensor x.uint32[128, 256], z.uint32[128, 256] op=bitwise_and", "");
    check(
        "vector y.float32[128, 256] = tensor_tensor x.float32[128, 256], z.float32[128, 256] op=bitwise_and",
        "integers of one width",
    );
    check(
        "gpsimd y.uint32[128, 256] = tensor_tensor x.uint32[128, 256], z.uint32[128, 256] op=bitwise_and",
        "only Vector",
    );
    check(
        "vector y.uint32[128, 256] = tensor_scalar x.uint32[128, 256], 1:uint32, 1:uint32 op=bitwise_and op1=add",
        "different classes",
    );
}

#[test]
fn scalar_and_gpsimd_have_few_tensor_scalar_operations() {
    check(
        "scalar y.float32[128, 256] = tensor_scalar x.float32[128, 256], 2.0:float32, 1.0:float32 op=multiply op1=add",
        "",
    );
    check("scalar y.float32[128, 256] = tensor_scalar x.float32[128, 256], 2.0:float32, _ op=max", "multiplies, adds");
    check("gpsimd y.float32[128, 256] = tensor_scalar x.float32[128, 256], 2.0:float32, _ op=max", "`rsqrt` only");
}

#[test]
fn reductions_are_reductions() {
    check("vector y.float32[128, 1] = tensor_reduce x.float32[128, 256] op=max axes=1", "");
    check("vector y.float32[128, 1] = tensor_reduce x.float32[128, 256] op=power axes=1", "does not reduce");
    check("vector y.float32[128, 2] = tensor_reduce x.float32[128, 256] op=max axes=1", "1 results");
}

#[test]
fn transposes_and_gathers_have_their_sizes() {
    check("vector y.float32[32, 32] = nc_transpose x.float32[32, 32]", "");
    check("vector y.float32[64, 64] = nc_transpose x.float32[64, 64]", "at most 32");
    check("gpsimd y.float32[8, 4] = local_gather x.float32[8, 4], z.uint16[8, 4] size=1", "multiple of 16");
    check("vector y.float32[128, 6] = bn_stats x.float32[128, 513*0]", "at most 512");
    check("vector y.float32[128, 8] = max8 x.float32[128, 4]", "at least 8");
}

#[test]
fn matmul_fits_the_array_and_a_bank() {
    check("tensor p.float32[128, 256] = nc_matmul x.float32[128, 128], y.float32[128, 256]", "");
    check("tensor p.float32[128, 256] = nc_matmul x.float32[64, 128], y.float32[128, 256]", "differ in K");
    check("tensor p.float32[128, 600] = nc_matmul x.float32[128, 128], y.float32[128, 600*0]", "at most 512");
    check(
        "tensor p.float32[128, +1536, 256] = nc_matmul x.float32[128, 128], y.float32[128, 256]",
        "crosses a PSUM bank",
    );
    check("tensor p.float32[128, 256] = nc_matmul x.float32[128, 128], y.float16[128, 256]", "or neither");
    check("tensor p.bfloat16[128, 256] = nc_matmul x.float32[128, 128], y.float32[128, 256]", "only Trn3");
    check(
        "tensor p.float32[64, 256] = nc_matmul x.float32[128, 128], y.float32[128, 256]",
        "one partition per stationary",
    );
}

#[test]
fn dma_moves_equally_many_elements_by_a_legal_queue() {
    let copy = |rest: &str| format!("sync x.float32[128, 256] = dma_copy global.float32[%base + 16; {rest}");
    check(&copy("128*1024, 256*4], _ queue=0 dge=hwdge"), "");
    check(&copy("128*1024, 255*4], _ queue=0 dge=hwdge"), "elements on the two sides");
    check(&copy("128*1024, 256*4], _ queue=16 dge=hwdge"), "there are 16 queues");
    check(&copy("128*1024, 256*4], _ queue=0 dge=swdge"), "runs on GpSimd");
    check_on("trn1", &copy("128*1024, 256*4], _ queue=0 dge=hwdge"), "from trn2 on");
    check("gpsimd x.float32[128, 256] = dma_gather a.uint64[128, 256] queue=1", "");
    check("gpsimd x.float32[128, 256] = dma_gather a.uint64[128, 255] queue=1", "do not divide");
    check(&(copy("128*1024, 256*4], _ queue=0 dge=hwdge") + " then s+1"), "adds 16");
}

#[test]
fn registers_hold_one_element() {
    check("sync %go = register_load m.uint8[1, 1]", "");
    check("sync %go = register_load m.uint8[2, 1]", "one element");
}

#[test]
fn engines_take_part_in_loops_with_their_instructions() {
    let text = |engines: &str| format!("while {engines} %go {{\n vector x.float32[128, 1] = memset 0.0:float32\n }}");
    check(&text("vector|sync"), "");
    check(&text("sync"), "does not take part");
}

#[test]
fn the_wave_loop_is_outermost() {
    check("waves {\n waves {\n }\n }", "outermost");
}

#[test]
fn names_are_unique() {
    check("semaphore s", "two semaphores");
}

#[test]
fn a_reader_on_another_engine_waits_for_the_writer() {
    let write = "vector x.float32[128, 256] = memset 0.0:float32";
    let read = "scalar y.float32[128, 256] = tensor_copy x.float32[128, 256]";
    check(&format!("{write}\n{read}"), "reads bytes that vector touches, unordered");
    check(&format!("{write} then s+1\n{read} wait s>=1"), "");
    // Reading is over when the write starts, too.
    check(&format!("{read}\n{write}"), "writes bytes that scalar touches, unordered");
    // Other bytes need no order.
    check(&format!("{write}\nscalar y.float32[128, 256] = tensor_copy z.float32[128, 256]"), "");
}

#[test]
fn order_is_transitive() {
    check(
        "vector x.float32[128, 256] = memset 0.0:float32 then s+1
         gpsimd event_semaphore wait s>=1 then t+1
         scalar y.float32[128, 256] = tensor_copy x.float32[128, 256] wait t>=1",
        "",
    );
}

#[test]
fn a_transfer_is_ordered_by_its_completion() {
    let load = "sync x.float32[128, 256] = dma_copy global.float32[0; 128*1024, 256*4], _ queue=0 dge=hwdge";
    let read = "vector y.float32[128, 256] = tensor_copy x.float32[128, 256]";
    check(&format!("{load} then s+16\n{read} wait s>=16"), "");
    check(&format!("{load}\n{read}"), "reads bytes that queue 0 touches, unordered");
    // The engine that triggers it goes on at once.
    check(
        &format!("{load}\nsync global.float32[0; 128*1024, 256*4] = dma_copy x.float32[128, 256], _ queue=1 dge=hwdge"),
        "unordered",
    );
}

#[test]
fn waiting_for_ever_is_found() {
    check("vector x.float32[128, 256] = memset 0.0:float32 wait s>=1", "waits for ever");
}

#[test]
fn semaphores_join_two_streams() {
    check(
        "vector event_semaphore then s+1\nscalar event_semaphore then s+1\nsync event_semaphore wait s>=2",
        "two streams add",
    );
    check(
        "vector event_semaphore then s+2\nscalar event_semaphore wait s>=1\nsync event_semaphore wait s>=1",
        "two engines wait",
    );
}

#[test]
fn loops_and_branches_leave_semaphores_as_they_were() {
    check(
        "while vector|scalar %go {\n vector event_semaphore then s+1\n }\nscalar event_semaphore wait s>=1",
        "and 1 after it",
    );
    check(
        "if vector|scalar %go {\n vector event_semaphore then s+1\n }\nscalar event_semaphore wait s>=1",
        "and 1 after it",
    );
    check("while vector|scalar %go {\n vector event_semaphore then s+1\n scalar event_semaphore wait s>=1\n }", "");
}

#[test]
fn turns_of_a_loop_are_ordered() {
    let body = |tail: &str| {
        format!(
            "while vector|scalar %go {{
               vector x.float32[128, 256] = memset 0.0:float32 then s+1
               scalar y.float32[128, 256] = tensor_copy x.float32[128, 256] wait s>=1 {tail}
             }}"
        )
    };
    check(&body(""), "writes bytes that scalar touches, unordered");
    check(&body("then t+1\n vector event_semaphore wait t>=1"), "");
}

#[test]
fn arms_of_a_branch_do_not_meet() {
    check(
        "vector x.float32[128, 1] = memset 0.0:float32 then s+1
         scalar event_semaphore wait s>=1
         if vector|scalar %go {
           vector x.float32[128, 1] = memset 1.0:float32
         } else {
           scalar y.float32[128, 1] = tensor_copy x.float32[128, 1]
         }",
        "",
    );
    check(
        "if vector|scalar %go {
           vector x.float32[128, 1] = memset 1.0:float32
         }
         scalar y.float32[128, 1] = tensor_copy x.float32[128, 1]",
        "unordered",
    );
}

#[test]
fn rotating_buffers_let_neighbouring_waves_overlap() {
    let body = |wait: &str, then: &str| {
        format!(
            "waves {{
               sync x.float32[128, 256] = dma_copy global.float32[0; 128*1024, 256*4], _ queue=0 dge=hwdge {wait} then s+16
               vector y.float32[128, 256] = tensor_copy x.float32[128, 256] wait s>=16 {then}
             }}"
        )
    };
    check(&body("wait free>=1", "then free+1"), "");
    check(&body("", ""), "writes bytes that vector touches, unordered");
}

#[test]
fn waves_do_not_order_each_others_device_memory() {
    check(
        "waves {
           sync x.float32[128, 256] = dma_copy global.float32[0; 128*1024, 256*4], _ queue=0 dge=hwdge wait free>=1 then s+16
           sync global.float32[0; 128*1024, 256*4] = dma_copy x.float32[128, 256], _ queue=1 dge=hwdge wait s>=16 then t+16
           vector event_semaphore wait t>=16 then free+1
         }",
        "",
    );
}
