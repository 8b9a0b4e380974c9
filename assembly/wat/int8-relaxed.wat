(module
 (type $0 (func (param i32 i32 i32 i32 i32 f32 i32 i32)))
 (type $1 (func (param i32) (result i32)))
 (type $2 (func (param i32 i32 i32 i32 f32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $3 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $4 (func (param i32 i32 i32 i32 i32 i32 i32)))
 (import "env" "memory" (memory $0 1))
 (global $assembly/int8/index/relaxed i32 (i32.const 1))
 (export "relaxed" (global $assembly/int8/index/relaxed))
 (export "embedding" (func $assembly/int8/embedding/embedding))
 (export "product" (func $assembly/int8/product/product))
 (export "scratchBytes" (func $assembly/int8/product/scratchBytes))
 (func $assembly/int8/product/scratchBytes (param $0 i32) (result i32)
  local.get $0
  i32.const 3
  i32.add
  i32.const 2
  i32.shr_s
  i32.const 3
  i32.shl
  i32.const 4
  i32.add
  i32.const 24
  i32.mul
 )
 (func $assembly/int8/product/product (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 f32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32) (param $12 i32)
  (local $13 i32)
  (local $14 i32)
  (local $15 i32)
  (local $16 i32)
  (local $17 i32)
  (local $18 i32)
  (local $19 i32)
  (local $20 i32)
  (local $21 i32)
  (local $22 i32)
  (local $23 i32)
  (local $24 i32)
  (local $25 v128)
  (local $26 v128)
  (local $27 i32)
  (local $28 i32)
  (local $29 i32)
  (local $30 i32)
  (local $31 i32)
  (local $32 i32)
  (local $33 i32)
  (local $34 i32)
  (local $35 i32)
  (local $36 f32)
  (local $37 f32)
  (local $38 v128)
  (local $39 v128)
  local.get $11
  local.get $3
  i32.const 3
  i32.add
  i32.const 2
  i32.shr_s
  i32.const 3
  i32.shl
  local.tee $29
  i32.const 24
  i32.mul
  i32.add
  local.set $32
  loop $for-loop|0
   local.get $2
   i32.const 0
   i32.gt_s
   if
    i32.const 24
    local.get $2
    local.get $2
    i32.const 24
    i32.ge_s
    select
    local.set $28
    i32.const 0
    local.set $15
    loop $for-loop|1
     local.get $15
     local.get $28
     i32.lt_s
     if
      local.get $32
      local.get $15
      i32.const 2
      i32.shl
      i32.add
      local.get $11
      local.get $15
      local.get $29
      i32.mul
      i32.add
      local.set $16
      local.get $0
      local.tee $13
      local.get $3
      i32.const -4
      i32.and
      i32.const 2
      i32.shl
      i32.add
      local.set $18
      local.get $3
      i32.const 3
      i32.and
      local.tee $19
      if (result v128)
       local.get $18
       v128.load32_zero
       local.set $25
       local.get $19
       i32.const 1
       i32.gt_u
       if
        local.get $18
        i32.const 4
        i32.add
        local.get $25
        v128.load32_lane 1
        local.set $25
       end
       local.get $19
       i32.const 2
       i32.gt_u
       if (result v128)
        local.get $18
        i32.const 8
        i32.add
        local.get $25
        v128.load32_lane 2
       else
        local.get $25
       end
      else
       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
      end
      local.tee $25
      v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff
      v128.and
      local.get $4
      i32.reinterpret_f32
      i32x4.splat
      i32x4.max_s
      local.set $26
      local.get $13
      local.set $14
      loop $for-loop|00
       local.get $14
       local.get $18
       i32.lt_u
       if
        local.get $26
        local.get $14
        v128.load
        v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff
        v128.and
        i32x4.max_s
        local.set $26
        local.get $14
        i32.const 16
        i32.add
        local.set $14
        br $for-loop|00
       end
      end
      local.get $26
      i32x4.extract_lane 0
      local.tee $14
      local.get $26
      i32x4.extract_lane 1
      local.tee $17
      local.get $14
      local.get $17
      i32.gt_s
      select
      local.tee $14
      local.get $26
      i32x4.extract_lane 2
      local.tee $17
      local.get $26
      i32x4.extract_lane 3
      local.tee $20
      local.get $17
      local.get $20
      i32.gt_s
      select
      local.tee $17
      local.get $14
      local.get $17
      i32.gt_s
      select
      local.tee $14
      i32.const 2139095040
      i32.ge_s
      if (result f32)
       f32.const nan:0x400000
      else
       f32.const 1267650600228229401496703e6
       f32.const 1
       local.get $14
       f32.reinterpret_i32
       local.tee $36
       f32.const 7.888609052210118e-31
       f32.lt
       select
       local.tee $37
       f32x4.splat
       local.set $26
       local.get $36
       f32.const 0
       f32.eq
       if (result f32)
        f32.const 0
       else
        f32.const 8191
        local.get $36
        local.get $37
        f32.mul
        f32.div
       end
       f32x4.splat
       local.set $38
       loop $for-loop|11
        local.get $13
        local.get $18
        i32.lt_u
        if
         local.get $16
         local.get $13
         v128.load
         local.get $26
         f32x4.mul
         local.get $38
         f32x4.mul
         v128.const i32x4 0x4b402000 0x4b402000 0x4b402000 0x4b402000
         f32x4.add
         local.tee $39
         i32.const 7
         i32x4.shr_u
         v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
         v128.and
         local.get $39
         v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
         v128.and
         i16x8.narrow_i32x4_s
         local.tee $39
         local.get $39
         i8x16.narrow_i16x8_u
         v128.store64_lane 0
         local.get $13
         i32.const 16
         i32.add
         local.set $13
         local.get $16
         i32.const 8
         i32.add
         local.set $16
         br $for-loop|11
        end
       end
       local.get $19
       if
        local.get $16
        local.get $25
        local.get $26
        f32x4.mul
        local.get $38
        f32x4.mul
        v128.const i32x4 0x4b402000 0x4b402000 0x4b402000 0x4b402000
        f32x4.add
        local.tee $25
        i32.const 7
        i32x4.shr_u
        v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
        v128.and
        local.get $25
        v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
        v128.and
        i16x8.narrow_i32x4_s
        local.tee $25
        local.get $25
        i8x16.narrow_i16x8_u
        v128.store64_lane 0
       end
       local.get $36
       f32.const 8191
       f32.div
      end
      f32.store
      local.get $0
      local.get $1
      i32.add
      local.set $0
      local.get $15
      i32.const 1
      i32.add
      local.set $15
      br $for-loop|1
     end
    end
    local.get $7
    local.set $15
    local.get $8
    local.set $14
    local.get $11
    local.set $18
    local.get $5
    local.set $13
    local.get $3
    local.set $20
    loop $for-loop|2
     local.get $20
     i32.const 0
     i32.gt_s
     if
      local.get $13
      local.get $20
      local.get $12
      local.get $12
      local.get $20
      i32.gt_s
      select
      i32.const 3
      i32.add
      i32.const 2
      i32.shr_s
      i32.const 3
      i32.shl
      local.tee $30
      local.get $6
      i32.const 1
      i32.shl
      i32.mul
      i32.add
      local.set $23
      local.get $13
      local.set $24
      local.get $28
      local.get $28
      i32.const 3
      i32.rem_s
      i32.sub
      local.tee $27
      if
       block $__inlined_func$assembly/int8/product/tiles$2
        local.get $23
        local.set $19
        local.get $6
        local.set $17
        local.get $15
        local.set $21
        local.get $9
        local.set $22
        loop $for-loop|002
         local.get $17
         i32.const 2
         i32.ge_s
         if
          i32.const 0
          local.set $16
          loop $for-loop|113
           local.get $16
           local.get $27
           i32.lt_s
           if
            local.get $18
            local.get $16
            local.get $29
            i32.mul
            i32.add
            local.get $29
            local.get $30
            local.get $13
            local.get $19
            local.get $32
            local.get $16
            i32.const 2
            i32.shl
            i32.add
            local.get $21
            local.get $14
            local.get $16
            i32.mul
            i32.add
            local.get $14
            local.get $22
            local.get $10
            local.get $16
            i32.mul
            i32.add
            local.get $10
            call $assembly/int8/panel/tile
            local.get $16
            i32.const 3
            i32.add
            local.set $16
            br $for-loop|113
           end
          end
          local.get $13
          local.get $30
          i32.const 2
          i32.shl
          i32.add
          local.set $13
          local.get $19
          i32.const -64
          i32.sub
          local.set $19
          local.get $21
          i32.const 32
          i32.add
          local.set $21
          local.get $22
          i32.const 32
          i32.add
          local.set $22
          local.get $17
          i32.const 2
          i32.sub
          local.set $17
          br $for-loop|002
         end
        end
        local.get $17
        i32.eqz
        br_if $__inlined_func$assembly/int8/product/tiles$2
        i32.const 0
        local.set $17
        loop $for-loop|22
         local.get $17
         local.get $27
         i32.lt_s
         if
          local.get $18
          local.get $17
          local.get $29
          i32.mul
          i32.add
          local.tee $31
          local.get $30
          i32.add
          local.set $33
          local.get $13
          local.set $16
          local.get $32
          local.get $17
          i32.const 2
          i32.shl
          i32.add
          f32.load
          local.set $36
          local.get $21
          local.get $14
          local.get $17
          i32.mul
          i32.add
          local.set $34
          local.get $22
          local.get $10
          local.get $17
          i32.mul
          i32.add
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.set $26
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.set $25
          loop $while-continue|0
           local.get $31
           local.get $33
           i32.lt_u
           if
            local.get $16
            v128.load
            local.tee $38
            local.get $31
            v128.load32_splat
            local.get $26
            i32x4.relaxed_dot_i8x16_i7x16_add_s
            local.set $26
            local.get $38
            local.get $31
            v128.load32_splat offset=4
            local.get $25
            i32x4.relaxed_dot_i8x16_i7x16_add_s
            local.set $25
            local.get $31
            i32.const 8
            i32.add
            local.set $31
            local.get $16
            i32.const 16
            i32.add
            local.set $16
            br $while-continue|0
           end
          end
          local.get $34
          v128.load
          local.get $26
          i32.const 7
          i32x4.shl
          local.get $25
          i32x4.add
          local.get $19
          v128.load offset=16
          i32x4.sub
          f32x4.convert_i32x4_s
          local.get $19
          v128.load
          f32x4.mul
          local.get $36
          f32x4.splat
          f32x4.mul
          f32x4.add
          v128.store
          local.get $17
          i32.const 1
          i32.add
          local.set $17
          br $for-loop|22
         end
        end
       end
      end
      loop $for-loop|003
       local.get $27
       local.get $28
       i32.lt_s
       if
        local.get $18
        local.get $27
        local.get $29
        i32.mul
        i32.add
        local.tee $13
        local.get $13
        local.get $30
        i32.add
        local.get $24
        local.get $23
        local.get $6
        local.get $32
        local.get $27
        i32.const 2
        i32.shl
        i32.add
        f32.load
        local.get $15
        local.get $14
        local.get $27
        i32.mul
        i32.add
        local.get $9
        local.get $10
        local.get $27
        i32.mul
        i32.add
        call $assembly/int8/product/line
        local.get $27
        i32.const 1
        i32.add
        local.set $27
        br $for-loop|003
       end
      end
      local.get $18
      local.get $30
      i32.add
      local.set $18
      local.get $23
      local.get $6
      i32.const 5
      i32.shl
      i32.add
      local.set $13
      local.get $9
      local.set $15
      local.get $10
      local.set $14
      local.get $20
      local.get $12
      i32.sub
      local.set $20
      br $for-loop|2
     end
    end
    local.get $7
    local.get $8
    local.get $28
    i32.mul
    i32.add
    local.set $7
    local.get $9
    local.get $10
    local.get $28
    i32.mul
    i32.add
    local.set $9
    local.get $2
    i32.const 24
    i32.sub
    local.set $2
    br $for-loop|0
   end
  end
 )
 (func $assembly/int8/product/line (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 f32) (param $6 i32) (param $7 i32)
  (local $8 i32)
  (local $9 i32)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 i32)
  (local $15 v128)
  (local $16 v128)
  (local $17 v128)
  (local $18 v128)
  (local $19 v128)
  (local $20 v128)
  (local $21 i32)
  (local $22 v128)
  (local $23 v128)
  (local $24 v128)
  local.get $1
  local.get $0
  i32.sub
  i32.const 2
  i32.shl
  local.set $14
  loop $for-loop|0
   local.get $4
   i32.const 6
   i32.ge_s
   if
    local.get $0
    local.get $1
    local.get $2
    local.get $14
    local.get $3
    local.get $5
    local.get $6
    local.get $7
    call $assembly/int8/panel/panel6
    local.get $2
    local.get $14
    i32.const 3
    i32.mul
    i32.add
    local.set $2
    local.get $3
    i32.const 192
    i32.add
    local.set $3
    local.get $6
    i32.const 96
    i32.add
    local.set $6
    local.get $7
    i32.const 96
    i32.add
    local.set $7
    local.get $4
    i32.const 6
    i32.sub
    local.set $4
    br $for-loop|0
   end
  end
  local.get $4
  i32.const 4
  i32.ge_s
  if
   local.get $0
   local.set $8
   local.get $2
   local.set $9
   loop $while-continue|0
    local.get $1
    local.get $8
    i32.gt_u
    if
     local.get $9
     v128.load
     local.tee $23
     local.get $8
     v128.load32_splat
     local.tee $22
     local.get $10
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $10
     local.get $23
     local.get $8
     v128.load32_splat offset=4
     local.tee $23
     local.get $11
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $11
     local.get $9
     v128.load offset=16
     local.tee $24
     local.get $22
     local.get $15
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $15
     local.get $24
     local.get $23
     local.get $16
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $16
     local.get $9
     local.get $14
     i32.add
     local.tee $21
     v128.load
     local.tee $24
     local.get $22
     local.get $17
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $17
     local.get $24
     local.get $23
     local.get $18
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $18
     local.get $21
     v128.load offset=16
     local.tee $24
     local.get $22
     local.get $19
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $19
     local.get $24
     local.get $23
     local.get $20
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $20
     local.get $8
     i32.const 8
     i32.add
     local.set $8
     local.get $9
     i32.const 32
     i32.add
     local.set $9
     br $while-continue|0
    end
   end
   local.get $7
   local.get $6
   v128.load
   local.get $10
   i32.const 7
   i32x4.shl
   local.get $11
   i32x4.add
   local.get $3
   v128.load offset=16
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $3
   v128.load
   f32x4.mul
   local.get $5
   f32x4.splat
   local.tee $10
   f32x4.mul
   f32x4.add
   v128.store
   local.get $7
   local.get $6
   v128.load offset=16
   local.get $15
   i32.const 7
   i32x4.shl
   local.get $16
   i32x4.add
   local.get $3
   v128.load offset=48
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $3
   v128.load offset=32
   f32x4.mul
   local.get $10
   f32x4.mul
   f32x4.add
   v128.store offset=16
   local.get $7
   local.get $6
   v128.load offset=32
   local.get $17
   i32.const 7
   i32x4.shl
   local.get $18
   i32x4.add
   local.get $3
   i32.const -64
   i32.sub
   local.tee $8
   v128.load offset=16
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $8
   v128.load
   f32x4.mul
   local.get $10
   f32x4.mul
   f32x4.add
   v128.store offset=32
   local.get $7
   local.get $6
   v128.load offset=48
   local.get $19
   i32.const 7
   i32x4.shl
   local.get $20
   i32x4.add
   local.get $3
   v128.load offset=112
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $3
   v128.load offset=96
   f32x4.mul
   local.get $10
   f32x4.mul
   f32x4.add
   v128.store offset=48
   local.get $3
   i32.const 128
   i32.add
   local.set $3
   local.get $6
   i32.const -64
   i32.sub
   local.set $6
   local.get $7
   i32.const -64
   i32.sub
   local.set $7
   local.get $4
   i32.const 4
   i32.sub
   local.set $4
   local.get $2
   local.get $14
   i32.const 1
   i32.shl
   i32.add
   local.set $2
  end
  local.get $4
  i32.const 2
  i32.ge_s
  if
   local.get $0
   local.set $8
   local.get $2
   local.set $9
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   local.set $10
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   local.set $11
   loop $while-continue|00
    local.get $1
    local.get $8
    i32.gt_u
    if
     local.get $9
     v128.load
     local.tee $15
     local.get $8
     v128.load32_splat
     local.tee $16
     local.get $12
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $12
     local.get $15
     local.get $8
     v128.load32_splat offset=4
     local.tee $15
     local.get $13
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $13
     local.get $9
     v128.load offset=16
     local.tee $17
     local.get $16
     local.get $10
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $10
     local.get $17
     local.get $15
     local.get $11
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $11
     local.get $8
     i32.const 8
     i32.add
     local.set $8
     local.get $9
     i32.const 32
     i32.add
     local.set $9
     br $while-continue|00
    end
   end
   local.get $7
   local.get $6
   v128.load
   local.get $12
   i32.const 7
   i32x4.shl
   local.get $13
   i32x4.add
   local.get $3
   v128.load offset=16
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $3
   v128.load
   f32x4.mul
   local.get $5
   f32x4.splat
   local.tee $12
   f32x4.mul
   f32x4.add
   v128.store
   local.get $7
   local.get $6
   v128.load offset=16
   local.get $10
   i32.const 7
   i32x4.shl
   local.get $11
   i32x4.add
   local.get $3
   v128.load offset=48
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $3
   v128.load offset=32
   f32x4.mul
   local.get $12
   f32x4.mul
   f32x4.add
   v128.store offset=16
   local.get $3
   i32.const -64
   i32.sub
   local.set $3
   local.get $6
   i32.const 32
   i32.add
   local.set $6
   local.get $7
   i32.const 32
   i32.add
   local.set $7
   local.get $4
   i32.const 2
   i32.sub
   local.set $4
   local.get $2
   local.get $14
   i32.add
   local.set $2
  end
  local.get $4
  if
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   local.set $12
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   local.set $13
   loop $while-continue|01
    local.get $0
    local.get $1
    i32.lt_u
    if
     local.get $2
     v128.load
     local.tee $10
     local.get $0
     v128.load32_splat
     local.get $12
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $12
     local.get $10
     local.get $0
     v128.load32_splat offset=4
     local.get $13
     i32x4.relaxed_dot_i8x16_i7x16_add_s
     local.set $13
     local.get $0
     i32.const 8
     i32.add
     local.set $0
     local.get $2
     i32.const 16
     i32.add
     local.set $2
     br $while-continue|01
    end
   end
   local.get $7
   local.get $6
   v128.load
   local.get $12
   i32.const 7
   i32x4.shl
   local.get $13
   i32x4.add
   local.get $3
   v128.load offset=16
   i32x4.sub
   f32x4.convert_i32x4_s
   local.get $3
   v128.load
   f32x4.mul
   local.get $5
   f32x4.splat
   f32x4.mul
   f32x4.add
   v128.store
  end
 )
 (func $assembly/int8/panel/tile (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 v128)
  (local $17 v128)
  (local $18 v128)
  (local $19 v128)
  (local $20 v128)
  (local $21 v128)
  (local $22 i32)
  (local $23 v128)
  (local $24 v128)
  (local $25 v128)
  (local $26 i32)
  local.get $0
  local.get $2
  i32.add
  local.set $22
  local.get $1
  i32.const 1
  i32.shl
  local.set $2
  loop $while-continue|0
   local.get $0
   local.get $22
   i32.lt_u
   if
    local.get $3
    v128.load
    local.tee $23
    local.get $0
    v128.load32_splat
    local.tee $24
    local.get $10
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $10
    local.get $3
    v128.load offset=16
    local.tee $25
    local.get $24
    local.get $11
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $11
    local.get $23
    local.get $0
    v128.load32_splat offset=4
    local.tee $24
    local.get $12
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $12
    local.get $25
    local.get $24
    local.get $13
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $13
    local.get $23
    local.get $0
    local.get $1
    i32.add
    local.tee $26
    v128.load32_splat
    local.tee $24
    local.get $14
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $14
    local.get $25
    local.get $24
    local.get $15
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $15
    local.get $23
    local.get $26
    v128.load32_splat offset=4
    local.tee $24
    local.get $16
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $16
    local.get $25
    local.get $24
    local.get $17
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $17
    local.get $23
    local.get $0
    local.get $2
    i32.add
    local.tee $26
    v128.load32_splat
    local.tee $24
    local.get $18
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $18
    local.get $25
    local.get $24
    local.get $19
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $19
    local.get $23
    local.get $26
    v128.load32_splat offset=4
    local.tee $23
    local.get $20
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $20
    local.get $25
    local.get $23
    local.get $21
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $21
    local.get $0
    i32.const 8
    i32.add
    local.set $0
    local.get $3
    i32.const 32
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
  local.get $8
  local.get $6
  v128.load
  local.get $10
  i32.const 7
  i32x4.shl
  local.get $12
  i32x4.add
  local.get $4
  v128.load offset=16
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load
  f32x4.mul
  local.get $5
  f32.load
  f32x4.splat
  local.tee $10
  f32x4.mul
  f32x4.add
  v128.store
  local.get $8
  local.get $6
  v128.load offset=16
  local.get $11
  i32.const 7
  i32x4.shl
  local.get $13
  i32x4.add
  local.get $4
  v128.load offset=48
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=32
  f32x4.mul
  local.get $10
  f32x4.mul
  f32x4.add
  v128.store offset=16
  local.get $8
  local.get $9
  i32.add
  local.tee $0
  local.get $6
  local.get $7
  i32.add
  local.tee $1
  v128.load
  local.get $14
  i32.const 7
  i32x4.shl
  local.get $16
  i32x4.add
  local.get $4
  v128.load offset=16
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load
  f32x4.mul
  local.get $5
  f32.load offset=4
  f32x4.splat
  local.tee $10
  f32x4.mul
  f32x4.add
  v128.store
  local.get $0
  local.get $1
  v128.load offset=16
  local.get $15
  i32.const 7
  i32x4.shl
  local.get $17
  i32x4.add
  local.get $4
  v128.load offset=48
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=32
  f32x4.mul
  local.get $10
  f32x4.mul
  f32x4.add
  v128.store offset=16
  local.get $0
  local.get $9
  i32.add
  local.tee $0
  local.get $1
  local.get $7
  i32.add
  local.tee $1
  v128.load
  local.get $18
  i32.const 7
  i32x4.shl
  local.get $20
  i32x4.add
  local.get $4
  v128.load offset=16
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load
  f32x4.mul
  local.get $5
  f32.load offset=8
  f32x4.splat
  local.tee $10
  f32x4.mul
  f32x4.add
  v128.store
  local.get $0
  local.get $1
  v128.load offset=16
  local.get $19
  i32.const 7
  i32x4.shl
  local.get $21
  i32x4.add
  local.get $4
  v128.load offset=48
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=32
  f32x4.mul
  local.get $10
  f32x4.mul
  f32x4.add
  v128.store offset=16
 )
 (func $assembly/int8/panel/panel6 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 f32) (param $6 i32) (param $7 i32)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 v128)
  (local $17 v128)
  (local $18 v128)
  (local $19 v128)
  (local $20 i32)
  (local $21 v128)
  (local $22 v128)
  (local $23 v128)
  (local $24 i32)
  local.get $3
  i32.const 1
  i32.shl
  local.set $20
  loop $while-continue|0
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $2
    v128.load
    local.tee $22
    local.get $0
    v128.load32_splat
    local.tee $21
    local.get $8
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $8
    local.get $22
    local.get $0
    v128.load32_splat offset=4
    local.tee $22
    local.get $9
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $9
    local.get $2
    v128.load offset=16
    local.tee $23
    local.get $21
    local.get $10
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $10
    local.get $23
    local.get $22
    local.get $11
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $11
    local.get $2
    local.get $3
    i32.add
    local.tee $24
    v128.load
    local.tee $23
    local.get $21
    local.get $12
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $12
    local.get $23
    local.get $22
    local.get $13
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $13
    local.get $24
    v128.load offset=16
    local.tee $23
    local.get $21
    local.get $14
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $14
    local.get $23
    local.get $22
    local.get $15
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $15
    local.get $2
    local.get $20
    i32.add
    local.tee $24
    v128.load
    local.tee $23
    local.get $21
    local.get $16
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $16
    local.get $23
    local.get $22
    local.get $17
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $17
    local.get $24
    v128.load offset=16
    local.tee $23
    local.get $21
    local.get $18
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $18
    local.get $23
    local.get $22
    local.get $19
    i32x4.relaxed_dot_i8x16_i7x16_add_s
    local.set $19
    local.get $0
    i32.const 8
    i32.add
    local.set $0
    local.get $2
    i32.const 32
    i32.add
    local.set $2
    br $while-continue|0
   end
  end
  local.get $7
  local.get $6
  v128.load
  local.get $8
  i32.const 7
  i32x4.shl
  local.get $9
  i32x4.add
  local.get $4
  v128.load offset=16
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load
  f32x4.mul
  local.get $5
  f32x4.splat
  local.tee $8
  f32x4.mul
  f32x4.add
  v128.store
  local.get $7
  local.get $6
  v128.load offset=16
  local.get $10
  i32.const 7
  i32x4.shl
  local.get $11
  i32x4.add
  local.get $4
  v128.load offset=48
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=32
  f32x4.mul
  local.get $8
  f32x4.mul
  f32x4.add
  v128.store offset=16
  local.get $7
  local.get $6
  v128.load offset=32
  local.get $12
  i32.const 7
  i32x4.shl
  local.get $13
  i32x4.add
  local.get $4
  i32.const -64
  i32.sub
  local.tee $0
  v128.load offset=16
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $0
  v128.load
  f32x4.mul
  local.get $8
  f32x4.mul
  f32x4.add
  v128.store offset=32
  local.get $7
  local.get $6
  v128.load offset=48
  local.get $14
  i32.const 7
  i32x4.shl
  local.get $15
  i32x4.add
  local.get $4
  v128.load offset=112
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=96
  f32x4.mul
  local.get $8
  f32x4.mul
  f32x4.add
  v128.store offset=48
  local.get $7
  i32.const -64
  i32.sub
  local.get $6
  i32.const -64
  i32.sub
  v128.load
  local.get $16
  i32.const 7
  i32x4.shl
  local.get $17
  i32x4.add
  local.get $4
  v128.load offset=144
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=128
  f32x4.mul
  local.get $8
  f32x4.mul
  f32x4.add
  v128.store
  local.get $7
  local.get $6
  v128.load offset=80
  local.get $18
  i32.const 7
  i32x4.shl
  local.get $19
  i32x4.add
  local.get $4
  v128.load offset=176
  i32x4.sub
  f32x4.convert_i32x4_s
  local.get $4
  v128.load offset=160
  f32x4.mul
  local.get $8
  f32x4.mul
  f32x4.add
  v128.store offset=80
 )
 (func $assembly/int8/embedding/embedding (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32)
  (local $7 i32)
  (local $8 i32)
  (local $9 v128)
  (local $10 i32)
  loop $for-loop|0
   local.get $1
   local.get $8
   i32.gt_s
   if
    local.get $4
    local.get $0
    local.get $8
    i32.const 2
    i32.shl
    i32.add
    i32.load
    local.tee $7
    i32.const 2
    i32.shl
    i32.add
    v128.load32_splat
    local.set $9
    local.get $2
    local.get $3
    local.get $7
    i32.mul
    i32.add
    local.set $10
    i32.const 0
    local.set $7
    loop $for-loop|1
     local.get $5
     local.get $7
     i32.gt_s
     if
      local.get $6
      local.get $7
      local.get $10
      i32.add
      v128.load32_zero
      i16x8.extend_low_i8x16_s
      i32x4.extend_low_i16x8_s
      f32x4.convert_i32x4_s
      local.get $9
      f32x4.mul
      v128.store
      local.get $6
      i32.const 16
      i32.add
      local.set $6
      local.get $7
      i32.const 4
      i32.add
      local.set $7
      br $for-loop|1
     end
    end
    local.get $8
    i32.const 1
    i32.add
    local.set $8
    br $for-loop|0
   end
  end
 )
)
