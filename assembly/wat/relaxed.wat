(module
 (type $0 (func (param i32 i32 i32 i32 i32 i32)))
 (type $1 (func (param i32 i32 i32 i32 i32)))
 (type $2 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $3 (func (param i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $4 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $5 (func (param i32 i32)))
 (type $6 (func (param v128) (result v128)))
 (type $7 (func (param i32 i32 i32 i32 i32 i32 i32)))
 (type $8 (func (param i32 v128 f32) (result v128)))
 (type $9 (func (param i32 i32 i32)))
 (type $10 (func (param v128 i32 v128 v128) (result v128)))
 (type $11 (func (param i32) (result i32)))
 (type $12 (func (param i32 i32 i32) (result i32)))
 (type $13 (func (param i32 i32 i32 i32) (result i32)))
 (type $14 (func (param i32 i32 i32 i32 i32 f32 i32)))
 (type $15 (func (param i32 i32 i32 i32 i32 i32 i32 f32)))
 (type $16 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $17 (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
 (type $18 (func (param v128 i32) (result v128)))
 (type $19 (func (param i32 i32 i32 i32 f32 f32)))
 (import "env" "memory" (memory $0 1))
 (global $assembly/index/relaxed i32 (i32.const 1))
 (data $0 (i32.const 64) "\00\00\fc\c2\00\00\fcB\7f\00@K\00\00\80?;\aa\b8\bf;\aa8@\18r1?\da\fcu>HWc=\81v\1e<K\b5\af:\00\00\00 ")
 (export "relaxed" (global $assembly/index/relaxed))
 (export "activate" (func $assembly/activations/activate))
 (export "gemm" (func $assembly/gemm/gemm))
 (export "gru" (func $assembly/gru/gru))
 (export "gruReset" (func $assembly/gru/gruReset))
 (export "lstm" (func $assembly/lstm/lstm))
 (export "rnn" (func $assembly/rnn/rnn))
 (export "binary" (func $assembly/rows/binary))
 (export "copyRows" (func $assembly/rows/copyRows))
 (export "embedding" (func $assembly/rows/embedding))
 (export "layerNorm" (func $assembly/rows/layerNorm))
 (export "masking" (func $assembly/rows/masking))
 (export "softmax" (func $assembly/rows/softmax))
 (export "anyBetween" (func $assembly/survey/anyBetween))
 (export "hash" (func $assembly/survey/hash))
 (export "panelVectors" (func $assembly/tiles/panelVectors))
 (export "copyRowsWithoutTiny" (func $assembly/tiny/copyRowsWithoutTiny))
 (export "withoutDenormals" (func $assembly/tiny/withoutDenormals))
 (func $assembly/cell/applyGate (param $0 i32) (param $1 v128) (param $2 f32) (result v128)
  local.get $1
  local.get $2
  f32x4.splat
  f32x4.pmin
  local.get $2
  f32.neg
  f32x4.splat
  f32x4.pmax
  local.get $1
  local.get $2
  f32.const 0
  f32.gt
  select
  local.get $0
  i32.load
  local.get $0
  f32.load offset=4
  f32x4.splat
  local.get $0
  f32.load offset=8
  f32x4.splat
  call $assembly/activations/apply
 )
 (func $assembly/gemm/gemm (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32)
  (local $12 i32)
  (local $13 i32)
  local.get $8
  i32.eqz
  if
   loop $for-loop|0
    local.get $2
    local.get $12
    i32.gt_s
    if
     local.get $10
     local.get $11
     local.get $12
     i32.mul
     i32.add
     local.get $7
     i32.const 4
     i32.shl
     call $assembly/rows/fillVectors
     local.get $12
     i32.const 1
     i32.add
     local.set $12
     br $for-loop|0
    end
   end
   local.get $11
   local.set $9
   local.get $10
   local.set $8
  end
  local.get $2
  i32.const 1
  i32.gt_s
  local.get $7
  i32.const 6
  i32.ge_s
  i32.and
  if
   local.get $0
   local.get $1
   local.get $2
   local.get $3
   local.get $4
   local.get $5
   local.get $6
   local.get $7
   local.get $7
   i32.const 6
   i32.rem_s
   i32.sub
   local.tee $12
   local.get $8
   local.get $9
   local.get $10
   local.get $11
   call $assembly/pairs/pairs
   local.get $3
   local.get $12
   i32.const 4
   i32.shl
   local.tee $13
   local.get $4
   i32.mul
   i32.add
   local.set $3
   local.get $8
   local.get $13
   i32.add
   local.set $8
   local.get $10
   local.get $13
   i32.add
   local.set $10
   local.get $7
   local.get $12
   i32.sub
   local.set $7
  end
  local.get $2
  local.get $2
  i32.const 3
  i32.rem_s
  i32.sub
  local.tee $12
  if
   local.get $0
   local.get $1
   local.get $12
   local.get $3
   local.get $4
   local.get $5
   local.get $6
   local.get $7
   local.get $8
   local.get $9
   local.get $10
   local.get $11
   call $assembly/tiles/tiles
   local.get $8
   local.get $9
   local.get $12
   i32.mul
   i32.add
   local.set $8
   local.get $10
   local.get $11
   local.get $12
   i32.mul
   i32.add
   local.set $10
   local.get $2
   local.get $12
   i32.sub
   local.set $2
   local.get $0
   local.get $1
   local.get $12
   i32.mul
   i32.add
   local.set $0
  end
  loop $for-loop|1
   local.get $2
   i32.const 0
   i32.gt_s
   if
    local.get $0
    local.get $3
    local.get $4
    local.get $5
    local.get $6
    local.get $7
    local.get $8
    local.get $10
    call $assembly/gemm/gemv
    local.get $0
    local.get $1
    i32.add
    local.set $0
    local.get $8
    local.get $9
    i32.add
    local.set $8
    local.get $10
    local.get $11
    i32.add
    local.set $10
    local.get $2
    i32.const 1
    i32.sub
    local.set $2
    br $for-loop|1
   end
  end
 )
 (func $assembly/cell/emit (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 i32)
  local.get $0
  i32.const 8
  i32.and
  local.tee $6
  i32.const 0
  local.get $1
  select
  if
   local.get $2
   local.get $3
   local.get $4
   call $assembly/rows/copyVectors
  end
  local.get $5
  i32.eqz
  if
   return
  end
  i32.const 0
  local.get $0
  i32.const 4
  i32.and
  local.get $1
  select
  if
   local.get $5
   local.get $4
   call $assembly/rows/fillVectors
  else
   local.get $3
   local.get $2
   local.get $6
   select
   local.get $5
   local.get $4
   call $assembly/rows/copyVectors
  end
 )
 (func $assembly/rows/copyVectors (param $0 i32) (param $1 i32) (param $2 i32)
  (local $3 i32)
  loop $for-loop|0
   local.get $2
   local.get $3
   i32.gt_u
   if
    local.get $1
    local.get $3
    i32.add
    local.get $0
    local.get $3
    i32.add
    v128.load
    v128.store
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    br $for-loop|0
   end
  end
 )
 (func $assembly/tiny/copyRowsWithoutTiny (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 i32)
  (local $7 v128)
  (local $8 i32)
  (local $9 i32)
  loop $for-loop|0
   local.get $4
   local.get $8
   i32.gt_s
   if
    i32.const 0
    local.set $6
    loop $for-loop|1
     local.get $6
     local.get $5
     i32.const 4
     i32.sub
     i32.le_s
     if
      local.get $6
      i32.const 2
      i32.shl
      local.tee $9
      local.get $0
      i32.add
      v128.load
      local.set $7
      local.get $2
      local.get $9
      i32.add
      local.get $7
      local.get $7
      f32x4.abs
      i32.const 108
      v128.load32_splat
      f32x4.lt
      v128.andnot
      v128.store
      local.get $6
      i32.const 4
      i32.add
      local.set $6
      br $for-loop|1
     end
    end
    loop $for-loop|2
     local.get $5
     local.get $6
     i32.gt_s
     if
      local.get $6
      i32.const 2
      i32.shl
      local.tee $9
      local.get $0
      i32.add
      v128.load32_splat
      local.set $7
      local.get $2
      local.get $9
      i32.add
      local.get $7
      local.get $7
      f32x4.abs
      i32.const 108
      v128.load32_splat
      f32x4.lt
      v128.andnot
      v128.store32_lane 0
      local.get $6
      i32.const 1
      i32.add
      local.set $6
      br $for-loop|2
     end
    end
    local.get $0
    local.get $1
    i32.add
    local.set $0
    local.get $2
    local.get $3
    i32.add
    local.set $2
    local.get $8
    i32.const 1
    i32.add
    local.set $8
    br $for-loop|0
   end
  end
 )
 (func $assembly/tile/tile3 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32)
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
  (local $20 v128)
  local.get $4
  v128.load
  local.set $8
  local.get $4
  v128.load offset=16
  local.set $9
  local.get $4
  v128.load offset=32
  local.set $10
  local.get $4
  local.get $5
  i32.add
  local.tee $4
  v128.load
  local.set $11
  local.get $4
  v128.load offset=16
  local.set $12
  local.get $4
  v128.load offset=32
  local.set $13
  local.get $4
  local.get $5
  i32.add
  local.tee $4
  v128.load
  local.set $14
  local.get $4
  v128.load offset=16
  local.set $15
  local.get $4
  v128.load offset=32
  local.set $16
  local.get $0
  local.get $2
  i32.add
  i32.const 12
  i32.sub
  local.set $2
  local.get $0
  i32.const 12
  i32.sub
  local.set $0
  local.get $3
  i32.const 144
  i32.sub
  local.set $3
  loop $while-continue|0
   local.get $0
   local.get $2
   i32.lt_u
   if
    local.get $0
    v128.load32_splat offset=12
    local.tee $19
    local.get $3
    v128.load offset=144
    local.tee $20
    local.get $8
    f32x4.relaxed_madd
    local.set $8
    local.get $0
    local.get $1
    i32.add
    v128.load32_splat offset=12
    local.tee $17
    local.get $20
    local.get $11
    f32x4.relaxed_madd
    local.set $11
    local.get $0
    local.get $1
    i32.const 1
    i32.shl
    i32.add
    v128.load32_splat offset=12
    local.tee $18
    local.get $20
    local.get $14
    f32x4.relaxed_madd
    local.set $14
    local.get $19
    local.get $3
    v128.load offset=160
    local.tee $20
    local.get $9
    f32x4.relaxed_madd
    local.set $9
    local.get $17
    local.get $20
    local.get $12
    f32x4.relaxed_madd
    local.set $12
    local.get $18
    local.get $20
    local.get $15
    f32x4.relaxed_madd
    local.set $15
    local.get $19
    local.get $3
    v128.load offset=176
    local.tee $19
    local.get $10
    f32x4.relaxed_madd
    local.set $10
    local.get $17
    local.get $19
    local.get $13
    f32x4.relaxed_madd
    local.set $13
    local.get $18
    local.get $19
    local.get $16
    f32x4.relaxed_madd
    local.set $16
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    local.get $3
    i32.const 48
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
  local.get $6
  local.get $8
  v128.store
  local.get $6
  local.get $9
  v128.store offset=16
  local.get $6
  local.get $10
  v128.store offset=32
  local.get $6
  local.get $7
  i32.add
  local.tee $0
  local.get $11
  v128.store
  local.get $0
  local.get $12
  v128.store offset=16
  local.get $0
  local.get $13
  v128.store offset=32
  local.get $0
  local.get $7
  i32.add
  local.tee $0
  local.get $14
  v128.store
  local.get $0
  local.get $15
  v128.store offset=16
  local.get $0
  local.get $16
  v128.store offset=32
 )
 (func $assembly/rows/fillVectors (param $0 i32) (param $1 i32)
  (local $2 i32)
  loop $for-loop|0
   local.get $1
   local.get $2
   i32.gt_u
   if
    local.get $0
    local.get $2
    i32.add
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    v128.store
    local.get $2
    i32.const 16
    i32.add
    local.set $2
    br $for-loop|0
   end
  end
 )
 (func $assembly/gemv/narrow (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 v128)
  (local $7 v128)
  (local $8 v128)
  (local $9 v128)
  local.get $3
  i32.const 3
  i32.eq
  if
   local.get $4
   v128.load
   local.set $6
   local.get $4
   v128.load offset=16
   local.set $7
   local.get $4
   v128.load offset=32
   local.set $8
   loop $while-continue|0
    local.get $0
    local.get $1
    i32.lt_u
    if
     local.get $0
     v128.load32_splat
     local.tee $9
     local.get $2
     v128.load
     local.get $6
     f32x4.relaxed_madd
     local.set $6
     local.get $9
     local.get $2
     v128.load offset=16
     local.get $7
     f32x4.relaxed_madd
     local.set $7
     local.get $9
     local.get $2
     v128.load offset=32
     local.get $8
     f32x4.relaxed_madd
     local.set $8
     local.get $0
     i32.const 4
     i32.add
     local.set $0
     local.get $2
     i32.const 48
     i32.add
     local.set $2
     br $while-continue|0
    end
   end
   local.get $5
   local.get $6
   v128.store
   local.get $5
   local.get $7
   v128.store offset=16
   local.get $5
   local.get $8
   v128.store offset=32
  else
   local.get $3
   i32.const 2
   i32.eq
   if
    local.get $4
    v128.load
    local.set $6
    local.get $4
    v128.load offset=16
    local.set $7
    loop $while-continue|00
     local.get $0
     local.get $1
     i32.lt_u
     if
      local.get $0
      v128.load32_splat
      local.tee $8
      local.get $2
      v128.load
      local.get $6
      f32x4.relaxed_madd
      local.set $6
      local.get $8
      local.get $2
      v128.load offset=16
      local.get $7
      f32x4.relaxed_madd
      local.set $7
      local.get $0
      i32.const 4
      i32.add
      local.set $0
      local.get $2
      i32.const 32
      i32.add
      local.set $2
      br $while-continue|00
     end
    end
    local.get $5
    local.get $6
    v128.store
    local.get $5
    local.get $7
    v128.store offset=16
   else
    local.get $4
    v128.load
    local.set $6
    loop $while-continue|01
     local.get $0
     local.get $1
     i32.lt_u
     if
      local.get $0
      v128.load32_splat
      local.get $2
      v128.load
      local.get $6
      f32x4.relaxed_madd
      local.set $6
      local.get $0
      i32.const 4
      i32.add
      local.set $0
      local.get $2
      i32.const 16
      i32.add
      local.set $2
      br $while-continue|01
     end
    end
    local.get $5
    local.get $6
    v128.store
   end
  end
 )
 (func $assembly/exp/log1p (param $0 v128) (result v128)
  (local $1 v128)
  local.get $0
  local.get $0
  v128.const i32x4 0x40000000 0x40000000 0x40000000 0x40000000
  f32x4.add
  f32x4.div
  local.tee $1
  local.get $1
  f32x4.mul
  local.set $0
  local.get $1
  local.get $0
  local.get $0
  local.get $0
  local.get $0
  v128.const i32x4 0x3e9045e8 0x3e9045e8 0x3e9045e8 0x3e9045e8
  v128.const i32x4 0x3e8f2885 0x3e8f2885 0x3e8f2885 0x3e8f2885
  f32x4.relaxed_madd
  v128.const i32x4 0x3ecced73 0x3ecced73 0x3ecced73 0x3ecced73
  f32x4.relaxed_madd
  v128.const i32x4 0x3f2aaa70 0x3f2aaa70 0x3f2aaa70 0x3f2aaa70
  f32x4.relaxed_madd
  v128.const i32x4 0x40000000 0x40000000 0x40000000 0x40000000
  f32x4.relaxed_madd
  f32x4.mul
 )
 (func $assembly/exp/exp (param $0 v128) (result v128)
  (local $1 v128)
  (local $2 v128)
  local.get $0
  v128.const i32x4 0x3fb8aa3b 0x3fb8aa3b 0x3fb8aa3b 0x3fb8aa3b
  f32x4.mul
  v128.const i32x4 0x437e0000 0x437e0000 0x437e0000 0x437e0000
  f32x4.pmin
  v128.const i32x4 0xc37c0000 0xc37c0000 0xc37c0000 0xc37c0000
  f32x4.pmax
  f32x4.nearest
  i32x4.trunc_sat_f32x4_s
  local.tee $1
  i32.const 1
  i32x4.shr_s
  local.set $2
  local.get $0
  local.get $1
  f32x4.convert_i32x4_s
  local.tee $0
  v128.const i32x4 0x3f318000 0x3f318000 0x3f318000 0x3f318000
  f32x4.mul
  f32x4.sub
  local.get $0
  v128.const i32x4 0x395e8083 0x395e8083 0x395e8083 0x395e8083
  f32x4.mul
  f32x4.add
  v128.const i32x4 0x3eb851ec 0x3eb851ec 0x3eb851ec 0x3eb851ec
  f32x4.pmin
  v128.const i32x4 0xbeb851ec 0xbeb851ec 0xbeb851ec 0xbeb851ec
  f32x4.pmax
  local.tee $0
  local.get $0
  local.get $0
  local.get $0
  local.get $0
  local.get $0
  v128.const i32x4 0x3ab6d3ae 0x3ab6d3ae 0x3ab6d3ae 0x3ab6d3ae
  v128.const i32x4 0x3c091ec3 0x3c091ec3 0x3c091ec3 0x3c091ec3
  f32x4.relaxed_madd
  v128.const i32x4 0x3d2aaa38 0x3d2aaa38 0x3d2aaa38 0x3d2aaa38
  f32x4.relaxed_madd
  v128.const i32x4 0x3e2aaa3e 0x3e2aaa3e 0x3e2aaa3e 0x3e2aaa3e
  f32x4.relaxed_madd
  v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000
  f32x4.relaxed_madd
  v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
  f32x4.relaxed_madd
  f32x4.mul
  v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
  f32x4.add
  local.get $2
  v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
  i32x4.add
  i32.const 23
  i32x4.shl
  f32x4.mul
  local.get $1
  local.get $2
  i32x4.sub
  v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
  i32x4.add
  i32.const 23
  i32x4.shl
  f32x4.mul
 )
 (func $assembly/cell/copyInputs (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32)
  local.get $0
  i32.const 16
  i32.and
  if
   local.get $1
   local.get $2
   local.get $3
   local.get $4
   local.get $5
   local.get $6
   call $assembly/rows/copyRows
  else
   local.get $1
   local.get $2
   local.get $3
   local.get $4
   local.get $5
   local.get $6
   call $assembly/tiny/copyRowsWithoutTiny
  end
 )
 (func $assembly/rows/copyRows (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 i32)
  (local $7 i32)
  (local $8 i32)
  (local $9 i32)
  loop $for-loop|0
   local.get $4
   local.get $9
   i32.gt_s
   if
    local.get $0
    local.set $6
    local.get $2
    local.set $7
    local.get $5
    local.set $8
    loop $while-continue|1
     local.get $8
     i32.const 4
     i32.ge_s
     if
      local.get $7
      local.get $6
      v128.load
      v128.store
      local.get $6
      i32.const 16
      i32.add
      local.set $6
      local.get $7
      i32.const 16
      i32.add
      local.set $7
      local.get $8
      i32.const 4
      i32.sub
      local.set $8
      br $while-continue|1
     end
    end
    loop $while-continue|2
     local.get $8
     i32.const 0
     i32.gt_s
     if
      local.get $7
      local.get $6
      f32.load
      f32.store
      local.get $6
      i32.const 4
      i32.add
      local.set $6
      local.get $7
      i32.const 4
      i32.add
      local.set $7
      local.get $8
      i32.const 1
      i32.sub
      local.set $8
      br $while-continue|2
     end
    end
    local.get $0
    local.get $1
    i32.add
    local.set $0
    local.get $2
    local.get $3
    i32.add
    local.set $2
    local.get $9
    i32.const 1
    i32.add
    local.set $9
    br $for-loop|0
   end
  end
 )
 (func $assembly/lstm/standardGates (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 i32)
  (local $7 v128)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 v128)
  (local $17 i32)
  (local $18 v128)
  (local $19 v128)
  (local $20 v128)
  (local $21 v128)
  (local $22 v128)
  (local $23 v128)
  (local $24 v128)
  (local $25 v128)
  (local $26 v128)
  i32.const 64
  v128.load32_splat
  local.set $9
  i32.const 68
  v128.load32_splat
  local.set $10
  i32.const 72
  v128.load32_splat
  local.set $8
  i32.const 76
  v128.load32_splat
  local.set $7
  i32.const 80
  v128.load32_splat
  local.set $18
  i32.const 84
  v128.load32_splat
  local.set $16
  i32.const 88
  v128.load32_splat
  local.set $11
  i32.const 92
  v128.load32_splat
  local.set $12
  i32.const 96
  v128.load32_splat
  local.set $13
  i32.const 100
  v128.load32_splat
  local.set $14
  i32.const 104
  v128.load32_splat
  local.set $15
  local.get $1
  local.get $5
  i32.const 4
  i32.shl
  i32.add
  local.set $17
  local.get $0
  local.set $5
  local.get $1
  local.set $6
  loop $for-loop|0
   local.get $6
   local.get $17
   i32.lt_u
   if
    local.get $5
    v128.load offset=48
    local.get $18
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $19
    local.get $8
    f32x4.add
    local.tee $21
    i32.const 23
    i32x4.shl
    local.set $22
    local.get $7
    local.get $5
    v128.load
    local.get $18
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $20
    local.get $8
    f32x4.add
    local.tee $23
    i32.const 23
    i32x4.shl
    local.tee $24
    local.get $20
    local.get $23
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $20
    local.get $20
    local.get $20
    local.get $20
    local.get $20
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $24
    local.get $7
    f32x4.add
    f32x4.relaxed_madd
    f32x4.div
    local.tee $23
    local.get $5
    v128.load offset=32
    local.get $16
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $20
    local.get $8
    f32x4.add
    local.tee $24
    i32.const 23
    i32x4.shl
    local.tee $25
    local.get $20
    local.get $24
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $20
    local.get $20
    local.get $20
    local.get $20
    local.get $20
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $25
    local.get $7
    f32x4.sub
    f32x4.relaxed_madd
    local.tee $20
    local.get $20
    local.get $7
    f32x4.add
    local.get $7
    f32x4.add
    f32x4.div
    local.tee $24
    local.get $7
    local.get $5
    v128.load offset=16
    local.get $18
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $25
    local.get $8
    f32x4.add
    local.tee $20
    i32.const 23
    i32x4.shl
    local.tee $26
    local.get $25
    local.get $20
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $20
    local.get $20
    local.get $20
    local.get $20
    local.get $20
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $26
    local.get $7
    f32x4.add
    f32x4.relaxed_madd
    f32x4.div
    local.tee $20
    local.get $6
    v128.load
    f32x4.mul
    f32x4.relaxed_madd
    local.tee $25
    local.get $25
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    local.set $25
    local.get $5
    local.get $23
    v128.store
    local.get $5
    local.get $20
    v128.store offset=16
    local.get $5
    local.get $24
    v128.store offset=32
    local.get $5
    local.get $7
    local.get $22
    local.get $19
    local.get $21
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $19
    local.get $19
    local.get $19
    local.get $19
    local.get $19
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $22
    local.get $7
    f32x4.add
    f32x4.relaxed_madd
    f32x4.div
    v128.store offset=48
    local.get $6
    local.get $25
    v128.store
    local.get $5
    i32.const -64
    i32.sub
    local.set $5
    local.get $6
    i32.const 16
    i32.add
    local.set $6
    br $for-loop|0
   end
  end
  loop $while-continue|1
   local.get $1
   local.get $17
   i32.lt_u
   if
    local.get $2
    local.get $0
    v128.load offset=48
    local.get $1
    v128.load
    local.get $16
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $18
    local.get $8
    f32x4.add
    local.tee $19
    i32.const 23
    i32x4.shl
    local.tee $20
    local.get $18
    local.get $19
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $18
    local.get $18
    local.get $18
    local.get $18
    local.get $18
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $20
    local.get $7
    f32x4.sub
    f32x4.relaxed_madd
    local.tee $18
    local.get $18
    local.get $7
    f32x4.add
    local.get $7
    f32x4.add
    f32x4.div
    f32x4.mul
    local.tee $18
    local.get $18
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    local.tee $18
    v128.store
    local.get $3
    local.get $18
    v128.store
    local.get $4
    local.get $18
    v128.store
    local.get $0
    i32.const -64
    i32.sub
    local.set $0
    local.get $1
    i32.const 16
    i32.add
    local.set $1
    local.get $2
    i32.const 16
    i32.add
    local.set $2
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    local.get $4
    i32.const 16
    i32.add
    local.set $4
    br $while-continue|1
   end
  end
 )
 (func $assembly/gru/resetState (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 v128)
  (local $7 i32)
  (local $8 i32)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  local.get $0
  i32.load offset=36
  i32.const 1
  i32.and
  local.set $7
  local.get $0
  i32.const 40
  i32.add
  local.set $8
  local.get $3
  local.get $5
  i32.const 4
  i32.shl
  i32.add
  local.set $5
  loop $while-continue|0
   local.get $3
   local.get $5
   i32.lt_u
   if
    local.get $1
    v128.load
    local.get $2
    v128.load
    f32x4.add
    local.set $6
    local.get $1
    v128.load offset=16
    local.get $2
    v128.load offset=16
    f32x4.add
    local.set $9
    local.get $7
    if (result v128)
     local.get $8
     local.get $6
     local.get $0
     f32.load offset=32
     call $assembly/cell/applyGate
    else
     i32.const 76
     v128.load32_splat
     local.tee $10
     local.get $6
     i32.const 80
     v128.load32_splat
     f32x4.mul
     i32.const 68
     v128.load32_splat
     f32x4.pmin
     i32.const 64
     v128.load32_splat
     f32x4.pmax
     local.tee $6
     i32.const 72
     v128.load32_splat
     local.tee $11
     f32x4.add
     local.tee $12
     i32.const 23
     i32x4.shl
     local.tee $13
     local.get $6
     local.get $12
     local.get $11
     f32x4.sub
     f32x4.sub
     local.tee $6
     local.get $6
     local.get $6
     local.get $6
     local.get $6
     i32.const 104
     v128.load32_splat
     i32.const 100
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 96
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 92
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 88
     v128.load32_splat
     f32x4.relaxed_madd
     f32x4.mul
     local.get $13
     local.get $10
     f32x4.add
     f32x4.relaxed_madd
     f32x4.div
    end
    local.set $6
    local.get $7
    if (result v128)
     local.get $8
     i32.const 12
     i32.add
     local.get $9
     local.get $0
     f32.load offset=32
     call $assembly/cell/applyGate
    else
     i32.const 76
     v128.load32_splat
     local.tee $10
     local.get $9
     i32.const 80
     v128.load32_splat
     f32x4.mul
     i32.const 68
     v128.load32_splat
     f32x4.pmin
     i32.const 64
     v128.load32_splat
     f32x4.pmax
     local.tee $9
     i32.const 72
     v128.load32_splat
     local.tee $11
     f32x4.add
     local.tee $12
     i32.const 23
     i32x4.shl
     local.tee $13
     local.get $9
     local.get $12
     local.get $11
     f32x4.sub
     f32x4.sub
     local.tee $9
     local.get $9
     local.get $9
     local.get $9
     local.get $9
     i32.const 104
     v128.load32_splat
     i32.const 100
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 96
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 92
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 88
     v128.load32_splat
     f32x4.relaxed_madd
     f32x4.mul
     local.get $13
     local.get $10
     f32x4.add
     f32x4.relaxed_madd
     f32x4.div
    end
    local.set $9
    local.get $1
    local.get $6
    v128.store
    local.get $1
    local.get $9
    v128.store offset=16
    local.get $4
    local.get $6
    local.get $3
    v128.load
    f32x4.mul
    local.tee $6
    local.get $6
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    v128.store
    local.get $1
    i32.const 48
    i32.add
    local.set $1
    local.get $2
    i32.const 32
    i32.add
    local.set $2
    local.get $4
    i32.const 16
    i32.add
    local.set $4
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
 )
 (func $assembly/activations/apply (param $0 v128) (param $1 i32) (param $2 v128) (param $3 v128) (result v128)
  (local $4 v128)
  (local $5 v128)
  (local $6 v128)
  block $case29|0
   block $case28|0
    block $case27|0
     block $case26|0
      block $case25|0
       block $case24|0
        block $case23|0
         block $case22|0
          block $case21|0
           block $case20|0
            block $case12|0
             block $case11|0
              block $case10|0
               block $case8|0
                block $case7|0
                 block $case6|0
                  block $case4|0
                   block $case3|0
                    block $case1|0
                     local.get $1
                     i32.const 1
                     i32.ne
                     if
                      local.get $1
                      i32.const 2
                      i32.eq
                      local.get $1
                      i32.const 12
                      i32.eq
                      i32.or
                      br_if $case1|0
                      local.get $1
                      i32.const 3
                      i32.eq
                      br_if $case3|0
                      local.get $1
                      i32.const 4
                      i32.eq
                      local.get $1
                      i32.const 23
                      i32.eq
                      i32.or
                      br_if $case4|0
                      local.get $1
                      i32.const 5
                      i32.eq
                      br_if $case6|0
                      local.get $1
                      i32.const 6
                      i32.eq
                      br_if $case7|0
                      local.get $1
                      i32.const 7
                      i32.eq
                      local.get $1
                      i32.const 8
                      i32.eq
                      i32.or
                      br_if $case8|0
                      local.get $1
                      i32.const 9
                      i32.eq
                      br_if $case10|0
                      local.get $1
                      i32.const 11
                      i32.eq
                      br_if $case11|0
                      local.get $1
                      i32.const 10
                      i32.eq
                      local.get $1
                      i32.const 13
                      i32.eq
                      i32.or
                      local.get $1
                      i32.const 14
                      i32.eq
                      local.get $1
                      i32.const 15
                      i32.eq
                      i32.or
                      i32.or
                      local.get $1
                      i32.const 16
                      i32.eq
                      local.get $1
                      i32.const 24
                      i32.eq
                      i32.or
                      local.get $1
                      i32.const 25
                      i32.eq
                      local.get $1
                      i32.const 26
                      i32.eq
                      i32.or
                      i32.or
                      i32.or
                      br_if $case12|0
                      block $tablify|0
                       local.get $1
                       i32.const 17
                       i32.sub
                       br_table $case20|0 $case21|0 $case22|0 $case23|0 $case24|0 $case25|0 $tablify|0 $tablify|0 $tablify|0 $tablify|0 $case26|0 $case27|0 $case28|0 $tablify|0
                      end
                      br $case29|0
                     end
                     i32.const 76
                     v128.load32_splat
                     local.tee $2
                     local.get $0
                     i32.const 80
                     v128.load32_splat
                     f32x4.mul
                     i32.const 68
                     v128.load32_splat
                     f32x4.pmin
                     i32.const 64
                     v128.load32_splat
                     f32x4.pmax
                     local.tee $0
                     i32.const 72
                     v128.load32_splat
                     local.tee $3
                     f32x4.add
                     local.tee $4
                     i32.const 23
                     i32x4.shl
                     local.tee $5
                     local.get $0
                     local.get $4
                     local.get $3
                     f32x4.sub
                     f32x4.sub
                     local.tee $0
                     local.get $0
                     local.get $0
                     local.get $0
                     local.get $0
                     i32.const 104
                     v128.load32_splat
                     i32.const 100
                     v128.load32_splat
                     f32x4.relaxed_madd
                     i32.const 96
                     v128.load32_splat
                     f32x4.relaxed_madd
                     i32.const 92
                     v128.load32_splat
                     f32x4.relaxed_madd
                     i32.const 88
                     v128.load32_splat
                     f32x4.relaxed_madd
                     f32x4.mul
                     local.get $5
                     local.get $2
                     f32x4.add
                     f32x4.relaxed_madd
                     f32x4.div
                     return
                    end
                    local.get $2
                    local.get $3
                    local.get $0
                    f32x4.mul
                    local.get $0
                    local.get $1
                    i32.const 12
                    i32.eq
                    local.tee $1
                    select
                    i32.const 84
                    v128.load32_splat
                    f32x4.mul
                    i32.const 68
                    v128.load32_splat
                    f32x4.pmin
                    i32.const 64
                    v128.load32_splat
                    f32x4.pmax
                    local.tee $0
                    i32.const 72
                    v128.load32_splat
                    local.tee $2
                    f32x4.add
                    local.tee $3
                    i32.const 23
                    i32x4.shl
                    local.tee $4
                    local.get $0
                    local.get $3
                    local.get $2
                    f32x4.sub
                    f32x4.sub
                    local.tee $0
                    local.get $0
                    local.get $0
                    local.get $0
                    local.get $0
                    i32.const 104
                    v128.load32_splat
                    i32.const 100
                    v128.load32_splat
                    f32x4.relaxed_madd
                    i32.const 96
                    v128.load32_splat
                    f32x4.relaxed_madd
                    i32.const 92
                    v128.load32_splat
                    f32x4.relaxed_madd
                    i32.const 88
                    v128.load32_splat
                    f32x4.relaxed_madd
                    f32x4.mul
                    local.get $4
                    i32.const 76
                    v128.load32_splat
                    local.tee $0
                    f32x4.sub
                    f32x4.relaxed_madd
                    local.tee $2
                    local.get $2
                    local.get $0
                    f32x4.add
                    local.get $0
                    f32x4.add
                    f32x4.div
                    local.tee $0
                    f32x4.mul
                    local.get $0
                    local.get $1
                    select
                    return
                   end
                   local.get $0
                   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                   f32x4.pmax
                   return
                  end
                  local.get $0
                  v128.const i32x4 0x3e2aaaab 0x3e2aaaab 0x3e2aaaab 0x3e2aaaab
                  local.get $2
                  local.get $1
                  i32.const 23
                  i32.eq
                  local.tee $1
                  select
                  local.get $0
                  f32x4.mul
                  v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000
                  local.get $3
                  local.get $1
                  select
                  f32x4.add
                  v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
                  f32x4.pmin
                  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                  f32x4.pmax
                  local.tee $0
                  f32x4.mul
                  local.get $0
                  local.get $1
                  select
                  return
                 end
                 local.get $2
                 local.get $0
                 f32x4.mul
                 local.get $0
                 local.get $0
                 v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
                 f32x4.lt
                 v128.bitselect
                 return
                end
                local.get $0
                local.get $0
                local.get $2
                f32x4.gt
                v128.and
                return
               end
               local.get $0
               v128.const i32x4 0x3fb8aa3b 0x3fb8aa3b 0x3fb8aa3b 0x3fb8aa3b
               f32x4.mul
               v128.const i32x4 0x437e0000 0x437e0000 0x437e0000 0x437e0000
               f32x4.pmin
               v128.const i32x4 0xc37c0000 0xc37c0000 0xc37c0000 0xc37c0000
               f32x4.pmax
               f32x4.nearest
               i32x4.trunc_sat_f32x4_s
               local.tee $4
               i32.const 1
               i32x4.shr_s
               local.tee $5
               v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
               i32x4.add
               i32.const 23
               i32x4.shl
               local.set $6
               local.get $3
               local.get $2
               local.get $0
               local.get $4
               f32x4.convert_i32x4_s
               local.tee $2
               v128.const i32x4 0x3f318000 0x3f318000 0x3f318000 0x3f318000
               f32x4.mul
               f32x4.sub
               local.get $2
               v128.const i32x4 0x395e8083 0x395e8083 0x395e8083 0x395e8083
               f32x4.mul
               f32x4.add
               v128.const i32x4 0x3eb851ec 0x3eb851ec 0x3eb851ec 0x3eb851ec
               f32x4.pmin
               v128.const i32x4 0xbeb851ec 0xbeb851ec 0xbeb851ec 0xbeb851ec
               f32x4.pmax
               local.tee $2
               local.get $2
               local.get $2
               local.get $2
               local.get $2
               local.get $2
               v128.const i32x4 0x3ab6d3ae 0x3ab6d3ae 0x3ab6d3ae 0x3ab6d3ae
               v128.const i32x4 0x3c091ec3 0x3c091ec3 0x3c091ec3 0x3c091ec3
               f32x4.relaxed_madd
               v128.const i32x4 0x3d2aaa38 0x3d2aaa38 0x3d2aaa38 0x3d2aaa38
               f32x4.relaxed_madd
               v128.const i32x4 0x3e2aaa3e 0x3e2aaa3e 0x3e2aaa3e 0x3e2aaa3e
               f32x4.relaxed_madd
               v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000
               f32x4.relaxed_madd
               v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
               f32x4.relaxed_madd
               f32x4.mul
               local.get $6
               f32x4.mul
               local.get $4
               local.get $5
               i32x4.sub
               v128.const i32x4 0x0000007f 0x0000007f 0x0000007f 0x0000007f
               i32x4.add
               i32.const 23
               i32x4.shl
               local.tee $2
               f32x4.mul
               local.get $6
               local.get $2
               f32x4.mul
               v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
               f32x4.sub
               f32x4.add
               f32x4.mul
               local.get $0
               local.get $0
               v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
               f32x4.lt
               v128.bitselect
               local.tee $0
               f32x4.mul
               local.get $0
               local.get $1
               i32.const 8
               i32.eq
               select
               return
              end
              local.get $0
              v128.const i32x4 0x7f7fffff 0x7f7fffff 0x7f7fffff 0x7f7fffff
              f32x4.pmin
              v128.const i32x4 0xff7fffff 0xff7fffff 0xff7fffff 0xff7fffff
              f32x4.pmax
              local.tee $0
              v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
              local.get $0
              f32x4.abs
              f32x4.add
              f32x4.div
              return
             end
             local.get $2
             local.get $0
             f32x4.mul
             local.get $3
             f32x4.add
             return
            end
            local.get $0
            local.get $1
            call $assembly/activations/byExp
            return
           end
           local.get $0
           v128.const i32x4 0x4b000000 0x4b000000 0x4b000000 0x4b000000
           f32x4.mul
           local.get $0
           local.get $0
           v128.const i32x4 0x00800000 0x00800000 0x00800000 0x00800000
           f32x4.lt
           local.tee $2
           v128.bitselect
           v128.const i32x4 0x3f3504f3 0x3f3504f3 0x3f3504f3 0x3f3504f3
           i32x4.sub
           local.tee $3
           i32.const 23
           i32x4.shr_s
           local.get $2
           v128.const i32x4 0x00000017 0x00000017 0x00000017 0x00000017
           v128.and
           i32x4.sub
           f32x4.convert_i32x4_s
           local.set $2
           local.get $3
           v128.const i32x4 0x007fffff 0x007fffff 0x007fffff 0x007fffff
           v128.and
           v128.const i32x4 0x3f3504f3 0x3f3504f3 0x3f3504f3 0x3f3504f3
           i32x4.add
           v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
           f32x4.sub
           call $assembly/exp/log1p
           local.get $2
           v128.const i32x4 0x395e8083 0x395e8083 0x395e8083 0x395e8083
           f32x4.mul
           f32x4.sub
           local.get $2
           v128.const i32x4 0x3f318000 0x3f318000 0x3f318000 0x3f318000
           f32x4.mul
           f32x4.add
           v128.const i32x4 0xff800000 0xff800000 0xff800000 0xff800000
           local.get $0
           f32x4.sqrt
           local.get $0
           v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
           f32x4.eq
           v128.bitselect
           local.get $0
           v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
           f32x4.gt
           local.get $0
           v128.const i32x4 0x7f800000 0x7f800000 0x7f800000 0x7f800000
           f32x4.lt
           v128.and
           v128.bitselect
           return
          end
          local.get $0
          f32x4.sqrt
          return
         end
         local.get $0
         f32x4.abs
         return
        end
        local.get $0
        local.get $0
        f32x4.mul
        return
       end
       v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
       local.get $0
       f32x4.div
       return
      end
      local.get $0
      local.get $3
      f32x4.pmin
      local.get $2
      f32x4.pmax
      return
     end
     local.get $0
     f32x4.floor
     return
    end
    local.get $0
    v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000
    v128.and
    v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
    v128.or
    local.get $0
    local.get $0
    f32x4.abs
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    f32x4.gt
    v128.bitselect
    return
   end
   local.get $0
   f32x4.nearest
   return
  end
  local.get $0
 )
 (func $assembly/tiny/withoutDenormals (param $0 i32) (param $1 i32)
  (local $2 i32)
  (local $3 v128)
  loop $for-loop|0
   local.get $1
   local.get $2
   i32.gt_s
   if
    local.get $0
    local.get $0
    v128.load
    local.tee $3
    local.get $3
    v128.const i32x4 0x7f800000 0x7f800000 0x7f800000 0x7f800000
    v128.and
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    i32x4.eq
    v128.const i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff
    v128.and
    v128.andnot
    v128.store
    local.get $2
    i32.const 1
    i32.add
    local.set $2
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    br $for-loop|0
   end
  end
 )
 (func $assembly/tiles/tiles (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32)
  (local $12 i32)
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
  (local $23 v128)
  (local $24 v128)
  (local $25 v128)
  (local $26 v128)
  (local $27 i32)
  (local $28 i32)
  (local $29 i32)
  loop $while-continue|0
   local.get $7
   i32.const 0
   i32.gt_s
   if
    local.get $3
    i32.const 3
    local.get $7
    local.get $7
    i32.const 3
    i32.ge_s
    select
    local.tee $28
    i32.const 4
    i32.shl
    local.tee $27
    local.get $5
    i32.mul
    i32.add
    local.set $20
    local.get $3
    local.get $4
    local.get $27
    i32.mul
    i32.add
    local.set $3
    local.get $0
    local.set $12
    local.get $8
    local.set $15
    local.get $9
    local.set $13
    local.get $6
    local.set $17
    loop $do-loop|1
     i32.const 256
     local.get $17
     local.get $17
     i32.const 256
     i32.ge_s
     select
     i32.const 2
     i32.shl
     local.set $29
     local.get $17
     i32.const 256
     i32.sub
     local.set $17
     local.get $12
     local.set $14
     local.get $10
     local.set $21
     local.get $2
     local.set $19
     loop $for-loop|2
      local.get $19
      i32.const 2
      i32.gt_s
      if
       local.get $28
       i32.const 3
       i32.eq
       if
        local.get $14
        local.get $1
        local.get $29
        local.get $20
        local.get $15
        local.get $13
        local.get $21
        local.get $11
        call $assembly/tile/tile3
       else
        local.get $28
        i32.const 2
        i32.eq
        if
         local.get $14
         local.get $1
         local.get $29
         local.get $20
         local.get $15
         local.get $13
         local.get $21
         local.get $11
         call $assembly/tile/tile2
        else
         local.get $14
         local.set $18
         local.get $20
         local.set $16
         local.get $15
         v128.load
         local.set $26
         local.get $13
         local.get $15
         i32.add
         v128.load
         local.set $25
         local.get $15
         local.get $13
         i32.const 1
         i32.shl
         i32.add
         v128.load
         local.set $24
         local.get $14
         local.get $29
         i32.add
         local.set $22
         loop $while-continue|00
          local.get $18
          local.get $22
          i32.lt_u
          if
           local.get $18
           v128.load32_splat
           local.get $16
           v128.load
           local.tee $23
           local.get $26
           f32x4.relaxed_madd
           local.set $26
           local.get $1
           local.get $18
           i32.add
           v128.load32_splat
           local.get $23
           local.get $25
           f32x4.relaxed_madd
           local.set $25
           local.get $18
           local.get $1
           i32.const 1
           i32.shl
           i32.add
           v128.load32_splat
           local.get $23
           local.get $24
           f32x4.relaxed_madd
           local.set $24
           local.get $18
           i32.const 4
           i32.add
           local.set $18
           local.get $16
           i32.const 16
           i32.add
           local.set $16
           br $while-continue|00
          end
         end
         local.get $21
         local.get $26
         v128.store
         local.get $11
         local.get $21
         i32.add
         local.get $25
         v128.store
         local.get $21
         local.get $11
         i32.const 1
         i32.shl
         i32.add
         local.get $24
         v128.store
        end
       end
       local.get $14
       local.get $1
       i32.const 3
       i32.mul
       i32.add
       local.set $14
       local.get $15
       local.get $13
       i32.const 3
       i32.mul
       i32.add
       local.set $15
       local.get $21
       local.get $11
       i32.const 3
       i32.mul
       i32.add
       local.set $21
       local.get $19
       i32.const 3
       i32.sub
       local.set $19
       br $for-loop|2
      end
     end
     loop $for-loop|3
      local.get $19
      i32.const 0
      i32.gt_s
      if
       local.get $14
       local.get $14
       local.get $29
       i32.add
       local.get $20
       local.get $28
       local.get $15
       local.get $21
       call $assembly/gemv/narrow
       local.get $1
       local.get $14
       i32.add
       local.set $14
       local.get $13
       local.get $15
       i32.add
       local.set $15
       local.get $11
       local.get $21
       i32.add
       local.set $21
       local.get $19
       i32.const 1
       i32.sub
       local.set $19
       br $for-loop|3
      end
     end
     local.get $12
     local.get $29
     i32.add
     local.set $12
     local.get $20
     local.get $27
     i32.const 8
     i32.shl
     i32.add
     local.set $20
     local.get $10
     local.set $15
     local.get $11
     local.set $13
     local.get $17
     i32.const 0
     i32.gt_s
     br_if $do-loop|1
    end
    local.get $8
    local.get $27
    i32.add
    local.set $8
    local.get $15
    local.get $27
    i32.add
    local.set $10
    local.get $7
    local.get $28
    i32.sub
    local.set $7
    br $while-continue|0
   end
  end
 )
 (func $assembly/tiles/panelVectors (param $0 i32) (result i32)
  i32.const 3
  local.get $0
  local.get $0
  i32.const 3
  i32.ge_s
  select
 )
 (func $assembly/tile/tile2 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 v128)
  local.get $4
  v128.load
  local.set $8
  local.get $4
  v128.load offset=16
  local.set $9
  local.get $4
  local.get $5
  i32.add
  local.tee $4
  v128.load
  local.set $10
  local.get $4
  v128.load offset=16
  local.set $11
  local.get $4
  local.get $5
  i32.add
  local.tee $4
  v128.load
  local.set $12
  local.get $4
  v128.load offset=16
  local.set $13
  local.get $0
  local.get $2
  i32.add
  local.set $2
  loop $while-continue|0
   local.get $0
   local.get $2
   i32.lt_u
   if
    local.get $0
    v128.load32_splat
    local.tee $15
    local.get $3
    v128.load
    local.tee $14
    local.get $8
    f32x4.relaxed_madd
    local.set $8
    local.get $15
    local.get $3
    v128.load offset=16
    local.tee $15
    local.get $9
    f32x4.relaxed_madd
    local.set $9
    local.get $0
    local.get $1
    i32.add
    v128.load32_splat
    local.tee $16
    local.get $14
    local.get $10
    f32x4.relaxed_madd
    local.set $10
    local.get $16
    local.get $15
    local.get $11
    f32x4.relaxed_madd
    local.set $11
    local.get $0
    local.get $1
    i32.const 1
    i32.shl
    i32.add
    v128.load32_splat
    local.tee $16
    local.get $14
    local.get $12
    f32x4.relaxed_madd
    local.set $12
    local.get $16
    local.get $15
    local.get $13
    f32x4.relaxed_madd
    local.set $13
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    local.get $3
    i32.const 32
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
  local.get $6
  local.get $8
  v128.store
  local.get $6
  local.get $9
  v128.store offset=16
  local.get $6
  local.get $7
  i32.add
  local.tee $0
  local.get $10
  v128.store
  local.get $0
  local.get $11
  v128.store offset=16
  local.get $0
  local.get $7
  i32.add
  local.tee $0
  local.get $12
  v128.store
  local.get $0
  local.get $13
  v128.store offset=16
 )
 (func $assembly/survey/hash (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  local.get $2
  i32.load
  local.set $3
  local.get $2
  i32.load offset=4
  local.set $4
  local.get $0
  local.get $1
  i32.const 2
  i32.shl
  i32.add
  local.set $5
  loop $while-continue|0
   local.get $0
   local.get $5
   i32.lt_u
   if
    local.get $0
    i32.load
    local.tee $1
    local.get $3
    i32.xor
    i32.const 16777619
    i32.mul
    local.tee $3
    i32.const 15
    i32.shr_u
    local.get $3
    i32.xor
    local.set $3
    local.get $1
    local.get $4
    i32.xor
    i32.const -2048144789
    i32.mul
    local.tee $1
    i32.const 13
    i32.shr_u
    local.get $1
    i32.xor
    local.set $4
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
  local.get $2
  local.get $3
  i32.store
  local.get $2
  local.get $4
  i32.store offset=4
  i32.const 0
 )
 (func $assembly/survey/anyBetween (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
  (local $4 i32)
  local.get $0
  local.get $1
  i32.const 2
  i32.shl
  i32.add
  local.set $4
  loop $while-continue|0
   local.get $0
   local.get $4
   i32.lt_u
   if
    local.get $0
    i32.load
    i32.const 2147483647
    i32.and
    local.tee $1
    local.get $2
    i32.ge_u
    local.get $1
    local.get $3
    i32.le_u
    i32.and
    if
     i32.const 1
     return
    end
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
  i32.const 0
 )
 (func $assembly/rows/softmax (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 v128)
  (local $6 i32)
  (local $7 i32)
  (local $8 i32)
  (local $9 v128)
  (local $10 i32)
  (local $11 i32)
  (local $12 v128)
  (local $13 v128)
  local.get $4
  i32.const 2
  i32.shr_s
  i32.const 4
  i32.shl
  local.set $7
  v128.const i32x4 0x00000000 0x00000001 0x00000002 0x00000003
  local.get $4
  i32.const 3
  i32.and
  local.tee $8
  i32x4.splat
  i32x4.lt_s
  local.set $9
  loop $for-loop|0
   local.get $2
   local.get $10
   i32.gt_s
   if
    v128.const i32x4 0xff800000 0xff800000 0xff800000 0xff800000
    local.set $5
    i32.const 0
    local.set $6
    loop $for-loop|1
     local.get $6
     local.get $7
     i32.lt_u
     if
      local.get $5
      local.get $0
      local.get $6
      i32.add
      v128.load
      f32x4.pmax
      local.set $5
      local.get $6
      i32.const 16
      i32.add
      local.set $6
      br $for-loop|1
     end
    end
    local.get $8
    if
     local.get $5
     local.get $0
     local.get $7
     i32.add
     v128.load
     v128.const i32x4 0xff800000 0xff800000 0xff800000 0xff800000
     local.get $9
     v128.bitselect
     f32x4.pmax
     local.set $5
    end
    local.get $5
    f32x4.extract_lane 0
    local.get $5
    f32x4.extract_lane 1
    f32.max
    local.get $5
    f32x4.extract_lane 2
    local.get $5
    f32x4.extract_lane 3
    f32.max
    f32.max
    f32x4.splat
    local.set $12
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    local.set $5
    i32.const 0
    local.set $6
    loop $for-loop|2
     local.get $6
     local.get $7
     i32.lt_u
     if
      local.get $1
      local.get $6
      i32.add
      local.get $0
      local.get $6
      i32.add
      v128.load
      local.get $12
      f32x4.sub
      call $assembly/exp/exp
      local.tee $13
      v128.store
      local.get $5
      local.get $13
      f32x4.add
      local.set $5
      local.get $6
      i32.const 16
      i32.add
      local.set $6
      br $for-loop|2
     end
    end
    local.get $8
    if
     local.get $1
     local.get $7
     i32.add
     local.get $0
     local.get $7
     i32.add
     v128.load
     local.get $12
     f32x4.sub
     call $assembly/exp/exp
     local.tee $12
     v128.store
     local.get $5
     local.get $12
     local.get $9
     v128.and
     f32x4.add
     local.set $5
    end
    local.get $5
    f32x4.extract_lane 0
    local.get $5
    f32x4.extract_lane 1
    f32.add
    local.get $5
    f32x4.extract_lane 2
    local.get $5
    f32x4.extract_lane 3
    f32.add
    f32.add
    f32x4.splat
    local.set $5
    local.get $1
    local.get $4
    i32.const 3
    i32.add
    i32.const -4
    i32.and
    i32.const 2
    i32.shl
    i32.add
    local.set $11
    local.get $1
    local.set $6
    loop $for-loop|3
     local.get $6
     local.get $11
     i32.lt_u
     if
      local.get $6
      local.get $6
      v128.load
      local.get $5
      f32x4.div
      v128.store
      local.get $6
      i32.const 16
      i32.add
      local.set $6
      br $for-loop|3
     end
    end
    local.get $0
    local.get $3
    i32.add
    local.set $0
    local.get $1
    local.get $3
    i32.add
    local.set $1
    local.get $10
    i32.const 1
    i32.add
    local.set $10
    br $for-loop|0
   end
  end
 )
 (func $assembly/rows/masking (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 f32) (param $6 i32)
  (local $7 i32)
  (local $8 v128)
  (local $9 i32)
  (local $10 i32)
  (local $11 v128)
  (local $12 i32)
  (local $13 v128)
  local.get $4
  i32.const 2
  i32.shr_s
  i32.const 4
  i32.shl
  local.set $10
  v128.const i32x4 0x00000000 0x00000001 0x00000002 0x00000003
  local.get $4
  i32.const 3
  i32.and
  i32x4.splat
  i32x4.lt_s
  local.set $13
  local.get $5
  f32x4.splat
  local.set $11
  local.get $4
  i32.const 3
  i32.add
  i32.const -4
  i32.and
  i32.const 2
  i32.shl
  local.set $12
  loop $for-loop|0
   local.get $2
   local.get $9
   i32.gt_s
   if
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    local.set $8
    i32.const 0
    local.set $7
    loop $for-loop|1
     local.get $7
     local.get $10
     i32.lt_u
     if
      local.get $8
      local.get $0
      local.get $7
      i32.add
      v128.load
      local.get $11
      f32x4.ne
      v128.or
      local.set $8
      local.get $7
      i32.const 16
      i32.add
      local.set $7
      br $for-loop|1
     end
    end
    local.get $6
    local.get $9
    i32.add
    local.get $4
    i32.const 3
    i32.and
    if (result v128)
     local.get $8
     local.get $0
     local.get $10
     i32.add
     v128.load
     local.get $11
     f32x4.ne
     local.get $13
     v128.and
     v128.or
    else
     local.get $8
    end
    v128.any_true
    local.tee $7
    i32.const 0
    i32.ne
    i32.store8
    local.get $7
    if
     local.get $0
     local.get $1
     local.get $12
     call $assembly/rows/copyVectors
    else
     local.get $1
     local.get $12
     call $assembly/rows/fillVectors
    end
    local.get $0
    local.get $3
    i32.add
    local.set $0
    local.get $1
    local.get $3
    i32.add
    local.set $1
    local.get $9
    i32.const 1
    i32.add
    local.set $9
    br $for-loop|0
   end
  end
 )
 (func $assembly/rows/layerNorm (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 f32)
  (local $8 v128)
  (local $9 i32)
  (local $10 i32)
  (local $11 v128)
  (local $12 i32)
  (local $13 v128)
  (local $14 i32)
  (local $15 i32)
  (local $16 v128)
  local.get $4
  i32.const 2
  i32.shr_s
  i32.const 4
  i32.shl
  local.set $10
  v128.const i32x4 0x00000000 0x00000001 0x00000002 0x00000003
  local.get $4
  i32.const 3
  i32.and
  local.tee $12
  i32x4.splat
  i32x4.lt_s
  local.set $13
  local.get $4
  i32.const 3
  i32.add
  i32.const -4
  i32.and
  i32.const 2
  i32.shl
  local.set $15
  loop $for-loop|0
   local.get $2
   local.get $14
   i32.gt_s
   if
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    local.set $8
    i32.const 0
    local.set $9
    loop $for-loop|1
     local.get $9
     local.get $10
     i32.lt_u
     if
      local.get $8
      local.get $0
      local.get $9
      i32.add
      v128.load
      f32x4.add
      local.set $8
      local.get $9
      i32.const 16
      i32.add
      local.set $9
      br $for-loop|1
     end
    end
    local.get $12
    if
     local.get $8
     local.get $0
     local.get $10
     i32.add
     v128.load
     local.get $13
     v128.and
     f32x4.add
     local.set $8
    end
    local.get $8
    f32x4.extract_lane 0
    local.get $8
    f32x4.extract_lane 1
    f32.add
    local.get $8
    f32x4.extract_lane 2
    local.get $8
    f32x4.extract_lane 3
    f32.add
    f32.add
    local.get $4
    f32.convert_i32_s
    f32.div
    f32x4.splat
    local.set $11
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    local.set $8
    i32.const 0
    local.set $9
    loop $for-loop|2
     local.get $9
     local.get $10
     i32.lt_u
     if
      local.get $8
      local.get $0
      local.get $9
      i32.add
      v128.load
      local.get $11
      f32x4.sub
      local.tee $8
      local.get $8
      f32x4.mul
      f32x4.add
      local.set $8
      local.get $9
      i32.const 16
      i32.add
      local.set $9
      br $for-loop|2
     end
    end
    local.get $12
    if
     local.get $8
     local.get $0
     local.get $10
     i32.add
     v128.load
     local.get $11
     f32x4.sub
     local.get $13
     v128.and
     local.tee $8
     local.get $8
     f32x4.mul
     f32x4.add
     local.set $8
    end
    local.get $8
    f32x4.extract_lane 0
    local.get $8
    f32x4.extract_lane 1
    f32.add
    local.get $8
    f32x4.extract_lane 2
    local.get $8
    f32x4.extract_lane 3
    f32.add
    f32.add
    local.get $4
    f32.convert_i32_s
    f32.div
    local.get $7
    f32.add
    f32.sqrt
    f32x4.splat
    local.set $16
    i32.const 0
    local.set $9
    loop $for-loop|3
     local.get $9
     local.get $15
     i32.lt_u
     if
      local.get $0
      local.get $9
      i32.add
      v128.load
      local.get $11
      f32x4.sub
      local.get $16
      f32x4.div
      local.set $8
      local.get $5
      if
       local.get $8
       local.get $5
       local.get $9
       i32.add
       v128.load
       f32x4.mul
       local.set $8
      end
      local.get $1
      local.get $9
      i32.add
      local.get $6
      if (result v128)
       local.get $8
       local.get $6
       local.get $9
       i32.add
       v128.load
       f32x4.add
      else
       local.get $8
      end
      v128.store
      local.get $9
      i32.const 16
      i32.add
      local.set $9
      br $for-loop|3
     end
    end
    local.get $0
    local.get $3
    i32.add
    local.set $0
    local.get $1
    local.get $3
    i32.add
    local.set $1
    local.get $14
    i32.const 1
    i32.add
    local.set $14
    br $for-loop|0
   end
  end
 )
 (func $assembly/rows/embedding (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 i32)
  loop $for-loop|0
   local.get $1
   local.get $5
   i32.gt_s
   if
    local.get $2
    local.get $0
    i32.load
    local.get $3
    i32.mul
    i32.add
    local.get $4
    local.get $3
    call $assembly/rows/copyVectors
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    local.get $3
    local.get $4
    i32.add
    local.set $4
    local.get $5
    i32.const 1
    i32.add
    local.set $5
    br $for-loop|0
   end
  end
 )
 (func $assembly/rows/binary (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 v128)
  (local $6 v128)
  (local $7 v128)
  local.get $3
  local.get $4
  i32.const 4
  i32.shl
  i32.add
  local.set $4
  loop $while-continue|0
   local.get $3
   local.get $4
   i32.lt_u
   if
    local.get $1
    v128.load
    local.tee $5
    local.get $2
    v128.load
    local.tee $6
    f32x4.add
    local.set $7
    local.get $3
    local.get $0
    i32.const 1
    i32.eq
    if (result v128)
     local.get $5
     local.get $6
     f32x4.mul
    else
     local.get $0
     i32.const 3
     i32.eq
     if (result v128)
      local.get $5
      local.get $3
      v128.load
      local.get $6
      f32x4.relaxed_madd
     else
      local.get $7
      v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000
      f32x4.mul
      local.get $7
      local.get $0
      select
     end
    end
    v128.store
    local.get $1
    i32.const 16
    i32.add
    local.set $1
    local.get $2
    i32.const 16
    i32.add
    local.set $2
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
 )
 (func $assembly/rnn/standardGate (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 v128)
  (local $6 i32)
  (local $7 v128)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 i32)
  (local $17 v128)
  (local $18 v128)
  (local $19 v128)
  i32.const 64
  v128.load32_splat
  local.set $8
  i32.const 68
  v128.load32_splat
  local.set $9
  i32.const 72
  v128.load32_splat
  local.set $7
  i32.const 76
  v128.load32_splat
  local.set $5
  i32.const 84
  v128.load32_splat
  local.set $10
  i32.const 88
  v128.load32_splat
  local.set $11
  i32.const 92
  v128.load32_splat
  local.set $12
  i32.const 96
  v128.load32_splat
  local.set $13
  i32.const 100
  v128.load32_splat
  local.set $14
  i32.const 104
  v128.load32_splat
  local.set $15
  loop $for-loop|0
   local.get $4
   local.get $6
   i32.gt_u
   if
    local.get $0
    local.get $6
    i32.add
    local.tee $16
    v128.load
    local.get $10
    f32x4.mul
    local.get $9
    f32x4.pmin
    local.get $8
    f32x4.pmax
    local.tee $17
    local.get $7
    f32x4.add
    local.tee $18
    i32.const 23
    i32x4.shl
    local.set $19
    local.get $16
    local.get $19
    local.get $17
    local.get $18
    local.get $7
    f32x4.sub
    f32x4.sub
    local.tee $17
    local.get $17
    local.get $17
    local.get $17
    local.get $17
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $19
    local.get $5
    f32x4.sub
    f32x4.relaxed_madd
    local.tee $17
    local.get $17
    local.get $5
    f32x4.add
    local.get $5
    f32x4.add
    f32x4.div
    local.tee $17
    local.get $17
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    local.tee $17
    v128.store
    local.get $1
    local.get $6
    i32.add
    local.get $17
    v128.store
    local.get $2
    local.get $6
    i32.add
    local.get $17
    v128.store
    local.get $3
    local.get $6
    i32.add
    local.get $17
    v128.store
    local.get $6
    i32.const 16
    i32.add
    local.set $6
    br $for-loop|0
   end
  end
 )
 (func $assembly/rnn/rnn (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32) (param $12 i32)
  (local $13 v128)
  (local $14 i32)
  (local $15 i32)
  (local $16 i32)
  (local $17 i32)
  (local $18 i32)
  local.get $0
  i32.load offset=4
  local.tee $16
  i32.const 3
  i32.add
  i32.const 2
  i32.shr_s
  local.set $17
  local.get $16
  local.get $0
  i32.load
  local.tee $15
  i32.add
  local.set $18
  local.get $0
  i32.load offset=20
  local.set $5
  local.get $1
  if
   local.get $5
   local.get $1
   local.get $2
   local.get $6
   local.get $15
   i32.const 2
   i32.shl
   i32.sub
   local.tee $1
   local.get $7
   local.get $8
   local.get $15
   call $assembly/cell/copyInputs
   local.get $1
   local.get $7
   local.get $8
   local.get $0
   i32.load offset=8
   local.get $18
   i32.const 0
   local.get $18
   local.get $17
   local.get $0
   i32.load offset=12
   i32.const 0
   local.get $3
   local.get $4
   call $assembly/gemm/gemm
  else
   local.get $5
   i32.const 32
   i32.and
   i32.eqz
   if
    local.get $6
    local.get $7
    local.get $8
    local.get $0
    i32.load offset=8
    local.get $18
    local.get $15
    local.get $16
    local.get $17
    local.get $3
    local.get $4
    local.get $3
    local.get $4
    call $assembly/gemm/gemm
   end
  end
  local.get $17
  i32.const 4
  i32.shl
  local.set $1
  loop $for-loop|0
   local.get $8
   local.get $14
   i32.gt_s
   if
    local.get $1
    local.get $6
    i32.add
    local.set $15
    local.get $9
    if (result i32)
     local.get $9
     local.get $10
     local.get $14
     i32.mul
     i32.add
     i32.load8_u
    else
     i32.const 1
    end
    if
     local.get $5
     i32.const 1
     i32.and
     if
      local.get $0
      i32.const 24
      i32.add
      local.set $16
      i32.const 0
      local.set $2
      loop $for-loop|00
       local.get $1
       local.get $2
       i32.gt_u
       if
        local.get $16
        local.get $2
        local.get $3
        i32.add
        local.tee $17
        v128.load
        local.get $0
        f32.load offset=16
        call $assembly/cell/applyGate
        local.tee $13
        local.get $13
        f32x4.abs
        i32.const 108
        v128.load32_splat
        f32x4.lt
        v128.andnot
        local.set $13
        local.get $17
        local.get $13
        v128.store
        local.get $2
        local.get $6
        i32.add
        local.get $13
        v128.store
        local.get $2
        i32.const 16
        i32.add
        local.set $2
        br $for-loop|00
       end
      end
      local.get $5
      i32.const 1
      local.get $6
      local.get $15
      local.get $1
      local.get $11
      call $assembly/cell/emit
     else
      local.get $3
      local.get $6
      local.get $15
      local.get $6
      local.get $5
      i32.const 8
      i32.and
      select
      local.get $11
      local.get $6
      local.get $11
      select
      local.get $1
      call $assembly/rnn/standardGate
     end
    else
     local.get $5
     i32.const 0
     local.get $6
     local.get $15
     local.get $1
     local.get $11
     call $assembly/cell/emit
    end
    local.get $3
    local.get $4
    i32.add
    local.set $3
    local.get $6
    local.get $7
    i32.add
    local.set $6
    local.get $11
    local.get $12
    i32.add
    local.get $11
    local.get $11
    select
    local.set $11
    local.get $14
    i32.const 1
    i32.add
    local.set $14
    br $for-loop|0
   end
  end
 )
 (func $assembly/pairs/pairs (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32)
  (local $12 i32)
  (local $13 i32)
  (local $14 i32)
  (local $15 i32)
  (local $16 i32)
  (local $17 i32)
  (local $18 i32)
  local.get $4
  i32.const 48
  i32.mul
  local.set $15
  local.get $3
  local.get $5
  i32.const 48
  i32.mul
  i32.add
  local.tee $17
  local.set $12
  loop $for-loop|0
   local.get $7
   i32.const 0
   i32.gt_s
   if
    local.get $12
    local.tee $13
    local.get $15
    i32.const 1
    i32.shl
    i32.add
    local.get $17
    local.get $7
    i32.const 6
    i32.gt_s
    select
    local.set $12
    local.get $0
    local.set $14
    local.get $8
    local.set $3
    local.get $9
    local.set $4
    local.get $6
    local.set $5
    loop $do-loop|1
     local.get $14
     local.get $1
     local.get $2
     i32.const 256
     local.get $5
     local.get $5
     i32.const 256
     i32.ge_s
     select
     local.get $13
     local.get $15
     local.get $13
     i32.const 12288
     i32.add
     local.tee $13
     local.get $12
     local.get $5
     i32.const 256
     i32.sub
     local.tee $5
     i32.const 0
     i32.gt_s
     local.tee $16
     select
     i32.const 256
     local.get $5
     local.get $6
     local.get $16
     select
     local.tee $18
     local.get $18
     i32.const 256
     i32.ge_s
     select
     local.get $3
     local.get $4
     local.get $10
     local.get $11
     call $assembly/pairs/block
     local.get $14
     i32.const 1024
     i32.add
     local.set $14
     local.get $10
     local.set $3
     local.get $11
     local.set $4
     local.get $16
     br_if $do-loop|1
    end
    local.get $8
    i32.const 96
    i32.add
    local.set $8
    local.get $10
    i32.const 96
    i32.add
    local.set $10
    local.get $7
    i32.const 6
    i32.sub
    local.set $7
    br $for-loop|0
   end
  end
 )
 (func $assembly/pairs/pair6 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32)
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
  (local $22 v128)
  (local $23 v128)
  (local $24 v128)
  (local $25 v128)
  local.get $7
  v128.load
  local.set $12
  local.get $7
  v128.load offset=16
  local.set $13
  local.get $7
  v128.load offset=32
  local.set $14
  local.get $7
  v128.load offset=48
  local.set $15
  local.get $7
  v128.load offset=64
  local.set $16
  local.get $7
  v128.load offset=80
  local.set $17
  local.get $7
  local.get $8
  i32.add
  local.tee $7
  v128.load
  local.set $18
  local.get $7
  v128.load offset=16
  local.set $19
  local.get $7
  v128.load offset=32
  local.set $20
  local.get $7
  v128.load offset=48
  local.set $21
  local.get $7
  v128.load offset=64
  local.set $22
  local.get $7
  v128.load offset=80
  local.set $23
  local.get $0
  local.get $2
  i32.add
  local.set $2
  loop $while-continue|0
   local.get $0
   local.get $2
   i32.lt_u
   if
    local.get $5
    i32.load8_u
    drop
    local.get $5
    local.get $6
    i32.add
    local.set $5
    local.get $0
    v128.load32_splat
    local.tee $24
    local.get $3
    v128.load
    local.tee $25
    local.get $12
    f32x4.relaxed_madd
    local.set $12
    local.get $0
    local.get $1
    i32.add
    v128.load32_splat
    local.tee $11
    local.get $25
    local.get $18
    f32x4.relaxed_madd
    local.set $18
    local.get $24
    local.get $3
    v128.load offset=16
    local.tee $25
    local.get $13
    f32x4.relaxed_madd
    local.set $13
    local.get $11
    local.get $25
    local.get $19
    f32x4.relaxed_madd
    local.set $19
    local.get $24
    local.get $3
    v128.load offset=32
    local.tee $25
    local.get $14
    f32x4.relaxed_madd
    local.set $14
    local.get $11
    local.get $25
    local.get $20
    f32x4.relaxed_madd
    local.set $20
    local.get $24
    local.get $3
    local.get $4
    i32.add
    local.tee $7
    v128.load
    local.tee $25
    local.get $15
    f32x4.relaxed_madd
    local.set $15
    local.get $11
    local.get $25
    local.get $21
    f32x4.relaxed_madd
    local.set $21
    local.get $24
    local.get $7
    v128.load offset=16
    local.tee $25
    local.get $16
    f32x4.relaxed_madd
    local.set $16
    local.get $11
    local.get $25
    local.get $22
    f32x4.relaxed_madd
    local.set $22
    local.get $24
    local.get $7
    v128.load offset=32
    local.tee $24
    local.get $17
    f32x4.relaxed_madd
    local.set $17
    local.get $11
    local.get $24
    local.get $23
    f32x4.relaxed_madd
    local.set $23
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    local.get $3
    i32.const 48
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
  local.get $9
  local.get $12
  v128.store
  local.get $9
  local.get $13
  v128.store offset=16
  local.get $9
  local.get $14
  v128.store offset=32
  local.get $9
  local.get $15
  v128.store offset=48
  local.get $9
  local.get $16
  v128.store offset=64
  local.get $9
  local.get $17
  v128.store offset=80
  local.get $9
  local.get $10
  i32.add
  local.tee $0
  local.get $18
  v128.store
  local.get $0
  local.get $19
  v128.store offset=16
  local.get $0
  local.get $20
  v128.store offset=32
  local.get $0
  local.get $21
  v128.store offset=48
  local.get $0
  local.get $22
  v128.store offset=64
  local.get $0
  local.get $23
  v128.store offset=80
 )
 (func $assembly/pairs/block (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32)
  (local $12 i32)
  (local $13 i32)
  (local $14 i32)
  local.get $3
  i32.const 2
  i32.shl
  local.set $12
  local.get $2
  i32.const 1
  i32.and
  if
   local.get $0
   local.get $1
   local.get $12
   local.get $4
   local.get $8
   local.get $9
   local.get $10
   local.get $11
   call $assembly/tile/tile3
   local.get $0
   local.get $1
   local.get $12
   local.get $4
   local.get $5
   i32.add
   local.get $8
   i32.const 48
   i32.add
   local.get $9
   local.get $10
   i32.const 48
   i32.add
   local.get $11
   call $assembly/tile/tile3
   local.get $8
   local.get $9
   i32.const 3
   i32.mul
   i32.add
   local.set $8
   local.get $10
   local.get $11
   i32.const 3
   i32.mul
   i32.add
   local.set $10
   local.get $2
   i32.const 3
   i32.sub
   local.set $2
   local.get $0
   local.get $1
   i32.const 3
   i32.mul
   i32.add
   local.set $0
  end
  local.get $2
  i32.const 2
  i32.add
  i32.const 2
  i32.shr_s
  local.get $3
  i32.mul
  local.tee $14
  if (result i32)
   local.get $7
   i32.const 48
   i32.mul
   local.get $14
   i32.div_u
  else
   i32.const 0
  end
  local.set $7
  loop $for-loop|0
   local.get $2
   i32.const 0
   i32.gt_s
   if
    local.get $0
    local.get $1
    local.get $12
    local.get $4
    local.get $5
    local.get $6
    local.get $13
    i32.add
    local.get $7
    local.get $8
    local.get $9
    local.get $10
    local.get $11
    call $assembly/pairs/pair6
    local.get $6
    local.get $3
    local.get $7
    i32.mul
    i32.add
    local.get $6
    local.get $13
    select
    local.set $6
    local.get $5
    local.get $13
    i32.sub
    local.set $13
    local.get $0
    local.get $1
    i32.const 1
    i32.shl
    i32.add
    local.set $0
    local.get $8
    local.get $9
    i32.const 1
    i32.shl
    i32.add
    local.set $8
    local.get $10
    local.get $11
    i32.const 1
    i32.shl
    i32.add
    local.set $10
    local.get $2
    i32.const 2
    i32.sub
    local.set $2
    br $for-loop|0
   end
  end
 )
 (func $assembly/lstm/lstm (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32) (param $12 i32)
  (local $13 i32)
  (local $14 i32)
  (local $15 i32)
  (local $16 i32)
  (local $17 i32)
  (local $18 i32)
  (local $19 i32)
  (local $20 i32)
  (local $21 i32)
  local.get $0
  i32.load offset=4
  i32.const 3
  i32.add
  i32.const 2
  i32.shr_s
  local.set $13
  local.get $0
  i32.load offset=8
  local.tee $15
  local.get $0
  i32.load
  local.tee $16
  i32.add
  local.set $17
  local.get $0
  i32.load offset=36
  local.set $14
  local.get $1
  if
   local.get $14
   local.get $1
   local.get $2
   local.get $6
   local.get $16
   i32.const 2
   i32.shl
   i32.sub
   local.tee $1
   local.get $7
   local.get $8
   local.get $16
   call $assembly/cell/copyInputs
   local.get $1
   local.get $7
   local.get $8
   local.get $0
   i32.load offset=12
   local.get $17
   i32.const 0
   local.get $17
   local.get $13
   i32.const 2
   i32.shl
   local.get $0
   i32.load offset=16
   i32.const 0
   local.get $3
   local.get $4
   call $assembly/gemm/gemm
  else
   local.get $14
   i32.const 32
   i32.and
   i32.eqz
   if
    local.get $6
    local.get $7
    local.get $8
    local.get $0
    i32.load offset=12
    local.get $17
    local.get $16
    local.get $15
    local.get $13
    i32.const 2
    i32.shl
    local.get $3
    local.get $4
    local.get $3
    local.get $4
    call $assembly/gemm/gemm
   end
  end
  local.get $0
  i32.load offset=24
  local.set $1
  local.get $15
  i32.const 3
  i32.add
  i32.const -4
  i32.and
  i32.const 2
  i32.shl
  local.set $16
  local.get $13
  i32.const 4
  i32.shl
  local.set $19
  i32.const 0
  local.set $2
  loop $for-loop|0
   local.get $2
   local.get $8
   i32.lt_s
   if
    local.get $19
    local.get $6
    local.get $16
    i32.add
    local.tee $17
    i32.add
    local.set $20
    local.get $9
    if (result i32)
     local.get $9
     local.get $2
     local.get $10
     i32.mul
     i32.add
     i32.load8_u
    else
     i32.const 1
    end
    if
     i32.const 1
     local.get $1
     local.get $14
     i32.const 1
     i32.and
     local.tee $21
     select
     if
      local.get $5
      local.get $6
      local.get $1
      select
      local.set $18
      local.get $21
      if
       local.get $0
       local.get $3
       local.get $17
       local.get $18
       local.get $13
       call $assembly/lstm/generalGates
      else
       local.get $3
       local.get $17
       local.get $18
       local.get $18
       local.get $18
       local.get $13
       call $assembly/lstm/standardGates
      end
      local.get $1
      if
       local.get $5
       i32.const 0
       i32.const 1
       local.get $1
       local.get $0
       i32.load offset=4
       i32.const 0
       local.get $0
       i32.load offset=4
       local.get $15
       i32.const 3
       i32.add
       i32.const 2
       i32.shr_s
       i32.const 0
       i32.const 0
       local.get $6
       i32.const 0
       call $assembly/gemm/gemm
       local.get $6
       i32.const 0
       local.get $6
       i32.const 0
       i32.const 1
       local.get $15
       call $assembly/tiny/copyRowsWithoutTiny
      end
      local.get $14
      i32.const 1
      local.get $6
      local.get $20
      local.get $16
      local.get $11
      call $assembly/cell/emit
     else
      local.get $3
      local.get $17
      local.get $6
      local.get $20
      local.get $6
      local.get $14
      i32.const 8
      i32.and
      select
      local.get $11
      local.get $6
      local.get $11
      select
      local.get $13
      call $assembly/lstm/standardGates
     end
    else
     local.get $14
     i32.const 0
     local.get $6
     local.get $20
     local.get $16
     local.get $11
     call $assembly/cell/emit
    end
    local.get $3
    local.get $4
    i32.add
    local.set $3
    local.get $5
    local.get $19
    i32.add
    local.set $5
    local.get $6
    local.get $7
    i32.add
    local.set $6
    local.get $11
    local.get $12
    i32.add
    local.get $11
    local.get $11
    select
    local.set $11
    local.get $2
    i32.const 1
    i32.add
    local.set $2
    br $for-loop|0
   end
  end
 )
 (func $assembly/lstm/generalGates (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 v128)
  (local $6 v128)
  (local $7 i32)
  (local $8 i32)
  (local $9 f32)
  (local $10 i32)
  (local $11 f32)
  (local $12 i32)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 v128)
  local.get $0
  f32.load offset=28
  local.set $9
  local.get $0
  i32.const 40
  i32.add
  local.set $7
  local.get $0
  i32.load offset=20
  local.set $8
  local.get $0
  i32.load offset=36
  i32.const 2
  i32.and
  local.set $12
  local.get $4
  i32.const 4
  i32.shl
  local.set $10
  i32.const 0
  local.set $4
  loop $for-loop|0
   local.get $4
   local.get $10
   i32.lt_u
   if
    local.get $2
    local.get $4
    i32.add
    v128.load
    local.set $13
    local.get $1
    v128.load
    local.set $6
    local.get $1
    v128.load offset=16
    local.set $5
    local.get $1
    v128.load offset=48
    local.set $15
    local.get $8
    if
     local.get $4
     local.get $8
     i32.add
     v128.load
     local.get $13
     local.get $6
     f32x4.relaxed_madd
     local.set $6
     local.get $8
     local.get $10
     i32.add
     local.get $4
     i32.add
     v128.load
     local.get $13
     local.get $5
     f32x4.relaxed_madd
     local.set $5
    end
    local.get $7
    local.get $6
    local.get $9
    call $assembly/cell/applyGate
    local.tee $14
    local.get $7
    i32.const 24
    i32.add
    local.get $1
    v128.load offset=32
    local.get $9
    call $assembly/cell/applyGate
    local.tee $16
    local.get $12
    if (result v128)
     v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
     local.get $14
     f32x4.sub
    else
     local.get $7
     i32.const 12
     i32.add
     local.get $5
     local.get $9
     call $assembly/cell/applyGate
    end
    local.tee $6
    local.get $13
    f32x4.mul
    f32x4.relaxed_madd
    local.set $5
    local.get $0
    f32.load offset=32
    local.tee $11
    f32.const 0
    f32.gt
    if
     local.get $5
     local.get $11
     f32x4.splat
     f32x4.pmin
     local.get $11
     f32.neg
     f32x4.splat
     f32x4.pmax
     local.set $5
    end
    local.get $5
    local.get $5
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    local.set $5
    local.get $7
    i32.const 36
    i32.add
    local.get $8
    if (result v128)
     local.get $8
     local.get $10
     i32.const 1
     i32.shl
     i32.add
     local.get $4
     i32.add
     v128.load
     local.get $5
     local.get $15
     f32x4.relaxed_madd
    else
     local.get $15
    end
    local.get $9
    call $assembly/cell/applyGate
    local.set $13
    local.get $1
    local.get $14
    v128.store
    local.get $1
    local.get $6
    v128.store offset=16
    local.get $1
    local.get $16
    v128.store offset=32
    local.get $1
    local.get $13
    v128.store offset=48
    local.get $2
    local.get $4
    i32.add
    local.get $5
    v128.store
    local.get $3
    local.get $4
    i32.add
    local.get $13
    local.get $7
    i32.const 48
    i32.add
    local.get $5
    f32.const 0
    call $assembly/cell/applyGate
    f32x4.mul
    local.tee $5
    local.get $5
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    v128.store
    local.get $1
    i32.const -64
    i32.sub
    local.set $1
    local.get $4
    i32.const 16
    i32.add
    local.set $4
    br $for-loop|0
   end
  end
 )
 (func $assembly/gru/standardGates (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 i32)
  (local $7 v128)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  (local $16 i32)
  (local $17 v128)
  (local $18 v128)
  (local $19 v128)
  (local $20 v128)
  (local $21 v128)
  i32.const 64
  v128.load32_splat
  local.set $9
  i32.const 68
  v128.load32_splat
  local.set $10
  i32.const 72
  v128.load32_splat
  local.set $8
  i32.const 76
  v128.load32_splat
  local.set $7
  i32.const 80
  v128.load32_splat
  local.set $18
  i32.const 84
  v128.load32_splat
  local.set $17
  i32.const 88
  v128.load32_splat
  local.set $11
  i32.const 92
  v128.load32_splat
  local.set $12
  i32.const 96
  v128.load32_splat
  local.set $13
  i32.const 100
  v128.load32_splat
  local.set $14
  i32.const 104
  v128.load32_splat
  local.set $15
  local.get $2
  local.get $5
  i32.const 4
  i32.shl
  i32.add
  local.set $16
  local.get $0
  local.set $5
  local.get $2
  local.set $6
  loop $for-loop|0
   local.get $6
   local.get $16
   i32.lt_u
   if
    local.get $5
    local.get $7
    local.get $5
    v128.load
    local.get $1
    v128.load
    f32x4.add
    local.get $18
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $19
    local.get $8
    f32x4.add
    local.tee $20
    i32.const 23
    i32x4.shl
    local.tee $21
    local.get $19
    local.get $20
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $19
    local.get $19
    local.get $19
    local.get $19
    local.get $19
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $21
    local.get $7
    f32x4.add
    f32x4.relaxed_madd
    f32x4.div
    local.tee $19
    v128.store
    local.get $5
    local.get $19
    local.get $1
    v128.load offset=32
    local.get $5
    v128.load offset=32
    f32x4.relaxed_madd
    v128.store offset=32
    local.get $5
    local.get $7
    local.get $5
    v128.load offset=16
    local.get $1
    v128.load offset=16
    f32x4.add
    local.get $18
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $19
    local.get $8
    f32x4.add
    local.tee $20
    i32.const 23
    i32x4.shl
    local.tee $21
    local.get $19
    local.get $20
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $19
    local.get $19
    local.get $19
    local.get $19
    local.get $19
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $21
    local.get $7
    f32x4.add
    f32x4.relaxed_madd
    f32x4.div
    v128.store offset=16
    local.get $5
    i32.const 48
    i32.add
    local.set $5
    local.get $1
    i32.const 48
    i32.add
    local.set $1
    local.get $6
    i32.const 16
    i32.add
    local.set $6
    br $for-loop|0
   end
  end
  loop $while-continue|1
   local.get $2
   local.get $16
   i32.lt_u
   if
    local.get $0
    local.get $0
    v128.load offset=32
    local.get $17
    f32x4.mul
    local.get $10
    f32x4.pmin
    local.get $9
    f32x4.pmax
    local.tee $18
    local.get $8
    f32x4.add
    local.tee $19
    i32.const 23
    i32x4.shl
    local.tee $20
    local.get $18
    local.get $19
    local.get $8
    f32x4.sub
    f32x4.sub
    local.tee $18
    local.get $18
    local.get $18
    local.get $18
    local.get $18
    local.get $15
    local.get $14
    f32x4.relaxed_madd
    local.get $13
    f32x4.relaxed_madd
    local.get $12
    f32x4.relaxed_madd
    local.get $11
    f32x4.relaxed_madd
    f32x4.mul
    local.get $20
    local.get $7
    f32x4.sub
    f32x4.relaxed_madd
    local.tee $18
    local.get $18
    local.get $7
    f32x4.add
    local.get $7
    f32x4.add
    f32x4.div
    local.tee $18
    v128.store offset=32
    local.get $2
    local.get $0
    v128.load offset=16
    local.tee $19
    local.get $2
    v128.load
    local.get $7
    local.get $19
    f32x4.sub
    local.get $18
    f32x4.mul
    f32x4.relaxed_madd
    local.tee $18
    local.get $18
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    local.tee $18
    v128.store
    local.get $3
    local.get $18
    v128.store
    local.get $4
    local.get $18
    v128.store
    local.get $0
    i32.const 48
    i32.add
    local.set $0
    local.get $2
    i32.const 16
    i32.add
    local.set $2
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    local.get $4
    i32.const 16
    i32.add
    local.set $4
    br $while-continue|1
   end
  end
 )
 (func $assembly/gru/gruReset (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32)
  (local $9 i32)
  (local $10 i32)
  (local $11 i32)
  local.get $0
  i32.load offset=4
  i32.const 3
  i32.add
  i32.const 2
  i32.shr_s
  local.tee $11
  i32.const 4
  i32.shl
  local.set $10
  loop $for-loop|0
   local.get $6
   local.get $9
   i32.gt_s
   if
    local.get $7
    if (result i32)
     local.get $7
     local.get $8
     local.get $9
     i32.mul
     i32.add
     i32.load8_u
    else
     i32.const 1
    end
    if
     local.get $0
     local.get $1
     local.get $3
     local.get $4
     local.get $3
     local.get $10
     i32.const 1
     i32.shl
     i32.add
     local.get $11
     call $assembly/gru/resetState
    end
    local.get $1
    local.get $2
    i32.add
    local.set $1
    local.get $3
    local.get $10
    i32.const 2
    i32.shl
    i32.add
    local.set $3
    local.get $4
    local.get $5
    i32.add
    local.set $4
    local.get $9
    i32.const 1
    i32.add
    local.set $9
    br $for-loop|0
   end
  end
 )
 (func $assembly/gru/gru (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32) (param $8 i32) (param $9 i32) (param $10 i32) (param $11 i32) (param $12 i32)
  (local $13 i32)
  (local $14 i32)
  (local $15 i32)
  (local $16 i32)
  (local $17 i32)
  (local $18 i32)
  (local $19 i32)
  (local $20 i32)
  local.get $0
  i32.load
  local.set $18
  local.get $0
  i32.load offset=36
  local.tee $15
  i32.const 2
  i32.and
  local.set $17
  local.get $0
  i32.load offset=4
  local.tee $16
  i32.const 3
  i32.add
  i32.const 2
  i32.shr_s
  local.tee $14
  i32.const 4
  i32.shl
  local.set $13
  local.get $1
  if
   local.get $15
   local.get $1
   local.get $2
   local.get $5
   local.get $8
   i32.const 2
   i32.shl
   local.get $13
   i32.mul
   i32.add
   local.tee $1
   local.get $18
   i32.const 3
   i32.add
   i32.const -4
   i32.and
   i32.const 2
   i32.shl
   local.tee $2
   local.get $8
   local.get $18
   call $assembly/cell/copyInputs
   local.get $1
   local.get $2
   local.get $8
   local.get $0
   i32.load offset=8
   local.get $18
   i32.const 0
   local.get $18
   local.get $14
   i32.const 3
   i32.mul
   local.get $0
   i32.load offset=12
   i32.const 0
   local.get $3
   local.get $4
   call $assembly/gemm/gemm
  end
  local.get $15
  i32.const 32
  i32.and
  local.tee $19
  i32.eqz
  if
   local.get $6
   local.get $7
   local.get $8
   local.get $0
   i32.load offset=16
   local.get $16
   i32.const 0
   local.get $16
   i32.const 3
   i32.const 2
   local.get $17
   select
   local.get $14
   i32.mul
   local.get $0
   i32.load offset=20
   i32.const 0
   local.get $5
   local.get $13
   i32.const 2
   i32.shl
   call $assembly/gemm/gemm
  end
  i32.const 0
  local.set $1
  loop $for-loop|0
   local.get $1
   local.get $8
   i32.lt_s
   if
    local.get $6
    local.get $13
    i32.add
    local.set $20
    local.get $9
    if (result i32)
     local.get $9
     local.get $1
     local.get $10
     i32.mul
     i32.add
     i32.load8_u
    else
     i32.const 1
    end
    if
     local.get $17
     i32.eqz
     local.get $15
     i32.const 1
     i32.and
     i32.or
     if
      local.get $17
      if
       local.get $0
       local.get $3
       local.get $5
       local.get $6
       local.get $14
       call $assembly/gru/generalGates
      else
       local.get $5
       local.get $13
       i32.const 3
       i32.mul
       i32.add
       local.set $2
       local.get $19
       i32.eqz
       if
        local.get $0
        local.get $3
        local.get $5
        local.get $6
        local.get $5
        local.get $13
        i32.const 1
        i32.shl
        i32.add
        local.tee $18
        local.get $14
        call $assembly/gru/resetState
        local.get $18
        i32.const 0
        i32.const 1
        local.get $0
        i32.load offset=24
        local.get $16
        i32.const 0
        local.get $16
        local.get $14
        local.get $0
        i32.load offset=28
        i32.const 0
        local.get $2
        i32.const 0
        call $assembly/gemm/gemm
       end
       local.get $0
       local.get $3
       local.get $2
       local.get $6
       local.get $14
       call $assembly/gru/candidate
      end
      local.get $15
      i32.const 1
      local.get $6
      local.get $20
      local.get $13
      local.get $11
      call $assembly/cell/emit
     else
      local.get $3
      local.get $5
      local.get $6
      local.get $20
      local.get $6
      local.get $15
      i32.const 8
      i32.and
      select
      local.get $11
      local.get $6
      local.get $11
      select
      local.get $14
      call $assembly/gru/standardGates
     end
    else
     local.get $15
     i32.const 0
     local.get $6
     local.get $20
     local.get $13
     local.get $11
     call $assembly/cell/emit
    end
    local.get $3
    local.get $4
    i32.add
    local.set $3
    local.get $5
    local.get $13
    i32.const 2
    i32.shl
    i32.add
    local.set $5
    local.get $6
    local.get $7
    i32.add
    local.set $6
    local.get $11
    local.get $12
    i32.add
    local.get $11
    local.get $11
    select
    local.set $11
    local.get $1
    i32.const 1
    i32.add
    local.set $1
    br $for-loop|0
   end
  end
 )
 (func $assembly/gru/generalGates (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 v128)
  (local $6 i32)
  (local $7 f32)
  (local $8 v128)
  (local $9 v128)
  local.get $0
  i32.const 40
  i32.add
  local.set $6
  local.get $0
  f32.load offset=32
  local.set $7
  local.get $3
  local.get $4
  i32.const 4
  i32.shl
  i32.add
  local.set $0
  loop $while-continue|0
   local.get $0
   local.get $3
   i32.gt_u
   if
    local.get $6
    i32.const 12
    i32.add
    local.get $1
    v128.load offset=16
    local.get $2
    v128.load offset=16
    f32x4.add
    local.get $7
    call $assembly/cell/applyGate
    local.set $8
    local.get $6
    i32.const 24
    i32.add
    local.get $6
    local.get $1
    v128.load
    local.get $2
    v128.load
    f32x4.add
    local.get $7
    call $assembly/cell/applyGate
    local.tee $5
    local.get $2
    v128.load offset=32
    local.get $1
    v128.load offset=32
    f32x4.relaxed_madd
    local.get $7
    call $assembly/cell/applyGate
    local.set $9
    local.get $1
    local.get $5
    v128.store
    local.get $1
    local.get $8
    v128.store offset=16
    local.get $1
    local.get $9
    v128.store offset=32
    local.get $3
    local.get $8
    local.get $3
    v128.load
    i32.const 76
    v128.load32_splat
    local.get $8
    f32x4.sub
    local.get $9
    f32x4.mul
    f32x4.relaxed_madd
    local.tee $5
    local.get $5
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    v128.store
    local.get $1
    i32.const 48
    i32.add
    local.set $1
    local.get $2
    i32.const 48
    i32.add
    local.set $2
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
 )
 (func $assembly/gru/candidate (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 v128)
  (local $6 i32)
  (local $7 i32)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  local.get $0
  i32.load offset=36
  i32.const 1
  i32.and
  local.set $6
  local.get $0
  i32.const 40
  i32.add
  local.set $7
  local.get $3
  local.get $4
  i32.const 4
  i32.shl
  i32.add
  local.set $4
  loop $while-continue|0
   local.get $3
   local.get $4
   i32.lt_u
   if
    local.get $1
    v128.load offset=32
    local.get $2
    v128.load
    f32x4.add
    local.set $5
    local.get $1
    local.get $6
    if (result v128)
     local.get $7
     i32.const 24
     i32.add
     local.get $5
     local.get $0
     f32.load offset=32
     call $assembly/cell/applyGate
    else
     local.get $5
     i32.const 84
     v128.load32_splat
     f32x4.mul
     i32.const 68
     v128.load32_splat
     f32x4.pmin
     i32.const 64
     v128.load32_splat
     f32x4.pmax
     local.tee $5
     i32.const 72
     v128.load32_splat
     local.tee $8
     f32x4.add
     local.tee $9
     i32.const 23
     i32x4.shl
     local.tee $10
     local.get $5
     local.get $9
     local.get $8
     f32x4.sub
     f32x4.sub
     local.tee $5
     local.get $5
     local.get $5
     local.get $5
     local.get $5
     i32.const 104
     v128.load32_splat
     i32.const 100
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 96
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 92
     v128.load32_splat
     f32x4.relaxed_madd
     i32.const 88
     v128.load32_splat
     f32x4.relaxed_madd
     f32x4.mul
     local.get $10
     i32.const 76
     v128.load32_splat
     local.tee $5
     f32x4.sub
     f32x4.relaxed_madd
     local.tee $8
     local.get $8
     local.get $5
     f32x4.add
     local.get $5
     f32x4.add
     f32x4.div
    end
    local.tee $5
    v128.store offset=32
    local.get $3
    local.get $1
    v128.load offset=16
    local.tee $8
    local.get $3
    v128.load
    i32.const 76
    v128.load32_splat
    local.get $8
    f32x4.sub
    local.get $5
    f32x4.mul
    f32x4.relaxed_madd
    local.tee $5
    local.get $5
    f32x4.abs
    i32.const 108
    v128.load32_splat
    f32x4.lt
    v128.andnot
    v128.store
    local.get $1
    i32.const 48
    i32.add
    local.set $1
    local.get $2
    i32.const 16
    i32.add
    local.set $2
    local.get $3
    i32.const 16
    i32.add
    local.set $3
    br $while-continue|0
   end
  end
 )
 (func $assembly/gemv/panel8 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32)
  (local $7 v128)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  (local $13 v128)
  (local $14 v128)
  (local $15 v128)
  local.get $5
  v128.load
  local.set $8
  local.get $5
  v128.load offset=16
  local.set $9
  local.get $5
  v128.load offset=32
  local.set $10
  local.get $5
  v128.load offset=48
  local.set $11
  local.get $5
  v128.load offset=64
  local.set $12
  local.get $5
  v128.load offset=80
  local.set $13
  local.get $5
  v128.load offset=96
  local.set $14
  local.get $5
  v128.load offset=112
  local.set $15
  local.get $1
  i32.const 12
  i32.sub
  local.set $1
  local.get $0
  i32.const 12
  i32.sub
  local.set $0
  local.get $2
  i32.const 144
  i32.sub
  local.set $2
  local.get $4
  i32.const 96
  i32.sub
  local.set $4
  loop $while-continue|0
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $0
    v128.load32_splat offset=12
    local.tee $7
    local.get $2
    v128.load offset=144
    local.get $8
    f32x4.relaxed_madd
    local.set $8
    local.get $7
    local.get $2
    v128.load offset=160
    local.get $9
    f32x4.relaxed_madd
    local.set $9
    local.get $7
    local.get $2
    v128.load offset=176
    local.get $10
    f32x4.relaxed_madd
    local.set $10
    local.get $7
    local.get $2
    local.get $3
    i32.add
    local.tee $5
    v128.load offset=144
    local.get $11
    f32x4.relaxed_madd
    local.set $11
    local.get $7
    local.get $5
    v128.load offset=160
    local.get $12
    f32x4.relaxed_madd
    local.set $12
    local.get $7
    local.get $5
    v128.load offset=176
    local.get $13
    f32x4.relaxed_madd
    local.set $13
    local.get $7
    local.get $4
    v128.load offset=96
    local.get $14
    f32x4.relaxed_madd
    local.set $14
    local.get $7
    local.get $4
    v128.load offset=112
    local.get $15
    f32x4.relaxed_madd
    local.set $15
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    local.get $2
    i32.const 48
    i32.add
    local.set $2
    local.get $4
    i32.const 32
    i32.add
    local.set $4
    br $while-continue|0
   end
  end
  local.get $6
  local.get $8
  v128.store
  local.get $6
  local.get $9
  v128.store offset=16
  local.get $6
  local.get $10
  v128.store offset=32
  local.get $6
  local.get $11
  v128.store offset=48
  local.get $6
  local.get $12
  v128.store offset=64
  local.get $6
  local.get $13
  v128.store offset=80
  local.get $6
  local.get $14
  v128.store offset=96
  local.get $6
  local.get $15
  v128.store offset=112
 )
 (func $assembly/gemv/panel6 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 v128)
  (local $7 v128)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  local.get $4
  v128.load
  local.set $7
  local.get $4
  v128.load offset=16
  local.set $8
  local.get $4
  v128.load offset=32
  local.set $9
  local.get $4
  v128.load offset=48
  local.set $10
  local.get $4
  v128.load offset=64
  local.set $11
  local.get $4
  v128.load offset=80
  local.set $12
  loop $while-continue|0
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $0
    v128.load32_splat
    local.tee $6
    local.get $2
    v128.load
    local.get $7
    f32x4.relaxed_madd
    local.set $7
    local.get $6
    local.get $2
    v128.load offset=16
    local.get $8
    f32x4.relaxed_madd
    local.set $8
    local.get $6
    local.get $2
    v128.load offset=32
    local.get $9
    f32x4.relaxed_madd
    local.set $9
    local.get $6
    local.get $2
    local.get $3
    i32.add
    local.tee $4
    v128.load
    local.get $10
    f32x4.relaxed_madd
    local.set $10
    local.get $6
    local.get $4
    v128.load offset=16
    local.get $11
    f32x4.relaxed_madd
    local.set $11
    local.get $6
    local.get $4
    v128.load offset=32
    local.get $12
    f32x4.relaxed_madd
    local.set $12
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    local.get $2
    i32.const 48
    i32.add
    local.set $2
    br $while-continue|0
   end
  end
  local.get $5
  local.get $7
  v128.store
  local.get $5
  local.get $8
  v128.store offset=16
  local.get $5
  local.get $9
  v128.store offset=32
  local.get $5
  local.get $10
  v128.store offset=48
  local.get $5
  local.get $11
  v128.store offset=64
  local.get $5
  local.get $12
  v128.store offset=80
 )
 (func $assembly/gemv/panel12 (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32)
  (local $6 v128)
  (local $7 v128)
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
  (local $18 i32)
  (local $19 i32)
  (local $20 v128)
  (local $21 i32)
  local.get $4
  v128.load
  local.set $6
  local.get $4
  v128.load offset=16
  local.set $7
  local.get $4
  v128.load offset=32
  local.set $8
  local.get $4
  v128.load offset=48
  local.set $9
  local.get $4
  v128.load offset=64
  local.set $10
  local.get $4
  v128.load offset=80
  local.set $11
  local.get $4
  v128.load offset=96
  local.set $12
  local.get $4
  v128.load offset=112
  local.set $13
  local.get $4
  v128.load offset=128
  local.set $14
  local.get $4
  v128.load offset=144
  local.set $15
  local.get $4
  v128.load offset=160
  local.set $16
  local.get $4
  v128.load offset=176
  local.set $17
  local.get $3
  i32.const 1
  i32.shl
  local.set $18
  local.get $3
  i32.const 3
  i32.mul
  local.set $19
  local.get $0
  local.get $0
  local.get $1
  i32.sub
  i32.const 15
  i32.and
  local.tee $4
  i32.sub
  local.set $0
  local.get $2
  local.get $4
  i32.const 12
  i32.mul
  i32.sub
  local.set $2
  loop $while-continue|0
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $4
    i32.const 4
    i32.lt_u
    if
     local.get $0
     v128.load32_splat
     local.tee $20
     local.get $2
     local.get $19
     i32.add
     local.tee $21
     v128.load offset=32
     local.get $17
     f32x4.relaxed_madd
     local.set $17
     local.get $20
     local.get $21
     v128.load offset=16
     local.get $16
     f32x4.relaxed_madd
     local.set $16
     local.get $20
     local.get $21
     v128.load
     local.get $15
     f32x4.relaxed_madd
     local.set $15
     local.get $20
     local.get $2
     local.get $18
     i32.add
     local.tee $21
     v128.load offset=32
     local.get $14
     f32x4.relaxed_madd
     local.set $14
     local.get $20
     local.get $21
     v128.load offset=16
     local.get $13
     f32x4.relaxed_madd
     local.set $13
     local.get $20
     local.get $21
     v128.load
     local.get $12
     f32x4.relaxed_madd
     local.set $12
     local.get $20
     local.get $2
     local.get $3
     i32.add
     local.tee $21
     v128.load offset=32
     local.get $11
     f32x4.relaxed_madd
     local.set $11
     local.get $20
     local.get $21
     v128.load offset=16
     local.get $10
     f32x4.relaxed_madd
     local.set $10
     local.get $20
     local.get $21
     v128.load
     local.get $9
     f32x4.relaxed_madd
     local.set $9
     local.get $20
     local.get $2
     v128.load offset=32
     local.get $8
     f32x4.relaxed_madd
     local.set $8
     local.get $20
     local.get $2
     v128.load offset=16
     local.get $7
     f32x4.relaxed_madd
     local.set $7
     local.get $20
     local.get $2
     v128.load
     local.get $6
     f32x4.relaxed_madd
     local.set $6
    end
    local.get $4
    i32.const 8
    i32.lt_u
    if
     local.get $0
     v128.load32_splat offset=4
     local.tee $20
     local.get $2
     local.get $19
     i32.add
     local.tee $21
     v128.load offset=80
     local.get $17
     f32x4.relaxed_madd
     local.set $17
     local.get $20
     local.get $21
     v128.load offset=64
     local.get $16
     f32x4.relaxed_madd
     local.set $16
     local.get $20
     local.get $21
     v128.load offset=48
     local.get $15
     f32x4.relaxed_madd
     local.set $15
     local.get $20
     local.get $2
     local.get $18
     i32.add
     local.tee $21
     v128.load offset=80
     local.get $14
     f32x4.relaxed_madd
     local.set $14
     local.get $20
     local.get $21
     v128.load offset=64
     local.get $13
     f32x4.relaxed_madd
     local.set $13
     local.get $20
     local.get $21
     v128.load offset=48
     local.get $12
     f32x4.relaxed_madd
     local.set $12
     local.get $20
     local.get $2
     local.get $3
     i32.add
     local.tee $21
     v128.load offset=80
     local.get $11
     f32x4.relaxed_madd
     local.set $11
     local.get $20
     local.get $21
     v128.load offset=64
     local.get $10
     f32x4.relaxed_madd
     local.set $10
     local.get $20
     local.get $21
     v128.load offset=48
     local.get $9
     f32x4.relaxed_madd
     local.set $9
     local.get $20
     local.get $2
     v128.load offset=80
     local.get $8
     f32x4.relaxed_madd
     local.set $8
     local.get $20
     local.get $2
     v128.load offset=64
     local.get $7
     f32x4.relaxed_madd
     local.set $7
     local.get $20
     local.get $2
     v128.load offset=48
     local.get $6
     f32x4.relaxed_madd
     local.set $6
    end
    local.get $4
    i32.const 12
    i32.lt_u
    if
     local.get $0
     v128.load32_splat offset=8
     local.tee $20
     local.get $2
     local.get $19
     i32.add
     local.tee $4
     v128.load offset=128
     local.get $17
     f32x4.relaxed_madd
     local.set $17
     local.get $20
     local.get $4
     v128.load offset=112
     local.get $16
     f32x4.relaxed_madd
     local.set $16
     local.get $20
     local.get $4
     v128.load offset=96
     local.get $15
     f32x4.relaxed_madd
     local.set $15
     local.get $20
     local.get $2
     local.get $18
     i32.add
     local.tee $4
     v128.load offset=128
     local.get $14
     f32x4.relaxed_madd
     local.set $14
     local.get $20
     local.get $4
     v128.load offset=112
     local.get $13
     f32x4.relaxed_madd
     local.set $13
     local.get $20
     local.get $4
     v128.load offset=96
     local.get $12
     f32x4.relaxed_madd
     local.set $12
     local.get $20
     local.get $2
     local.get $3
     i32.add
     local.tee $4
     v128.load offset=128
     local.get $11
     f32x4.relaxed_madd
     local.set $11
     local.get $20
     local.get $4
     v128.load offset=112
     local.get $10
     f32x4.relaxed_madd
     local.set $10
     local.get $20
     local.get $4
     v128.load offset=96
     local.get $9
     f32x4.relaxed_madd
     local.set $9
     local.get $20
     local.get $2
     v128.load offset=128
     local.get $8
     f32x4.relaxed_madd
     local.set $8
     local.get $20
     local.get $2
     v128.load offset=112
     local.get $7
     f32x4.relaxed_madd
     local.set $7
     local.get $20
     local.get $2
     v128.load offset=96
     local.get $6
     f32x4.relaxed_madd
     local.set $6
    end
    i32.const 0
    local.set $4
    local.get $0
    v128.load32_splat offset=12
    local.tee $20
    local.get $2
    v128.load offset=144
    local.get $6
    f32x4.relaxed_madd
    local.set $6
    local.get $20
    local.get $2
    v128.load offset=160
    local.get $7
    f32x4.relaxed_madd
    local.set $7
    local.get $20
    local.get $2
    v128.load offset=176
    local.get $8
    f32x4.relaxed_madd
    local.set $8
    local.get $20
    local.get $2
    local.get $3
    i32.add
    local.tee $21
    v128.load offset=144
    local.get $9
    f32x4.relaxed_madd
    local.set $9
    local.get $20
    local.get $21
    v128.load offset=160
    local.get $10
    f32x4.relaxed_madd
    local.set $10
    local.get $20
    local.get $21
    v128.load offset=176
    local.get $11
    f32x4.relaxed_madd
    local.set $11
    local.get $20
    local.get $2
    local.get $18
    i32.add
    local.tee $21
    v128.load offset=144
    local.get $12
    f32x4.relaxed_madd
    local.set $12
    local.get $20
    local.get $21
    v128.load offset=160
    local.get $13
    f32x4.relaxed_madd
    local.set $13
    local.get $20
    local.get $21
    v128.load offset=176
    local.get $14
    f32x4.relaxed_madd
    local.set $14
    local.get $20
    local.get $2
    local.get $19
    i32.add
    local.tee $21
    v128.load offset=144
    local.get $15
    f32x4.relaxed_madd
    local.set $15
    local.get $20
    local.get $21
    v128.load offset=160
    local.get $16
    f32x4.relaxed_madd
    local.set $16
    local.get $20
    local.get $21
    v128.load offset=176
    local.get $17
    f32x4.relaxed_madd
    local.set $17
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    local.get $2
    i32.const 192
    i32.add
    local.set $2
    br $while-continue|0
   end
  end
  local.get $5
  local.get $6
  v128.store
  local.get $5
  local.get $7
  v128.store offset=16
  local.get $5
  local.get $8
  v128.store offset=32
  local.get $5
  local.get $9
  v128.store offset=48
  local.get $5
  local.get $10
  v128.store offset=64
  local.get $5
  local.get $11
  v128.store offset=80
  local.get $5
  local.get $12
  v128.store offset=96
  local.get $5
  local.get $13
  v128.store offset=112
  local.get $5
  local.get $14
  v128.store offset=128
  local.get $5
  local.get $15
  v128.store offset=144
  local.get $5
  local.get $16
  v128.store offset=160
  local.get $5
  local.get $17
  v128.store offset=176
 )
 (func $assembly/gemm/gemv (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (param $6 i32) (param $7 i32)
  (local $8 v128)
  (local $9 v128)
  (local $10 v128)
  (local $11 v128)
  (local $12 v128)
  local.get $0
  local.get $4
  i32.const 2
  i32.shl
  i32.add
  local.set $4
  local.get $2
  i32.const 48
  i32.mul
  local.set $2
  local.get $1
  local.get $3
  i32.const 4
  i32.shl
  local.tee $3
  i32.const 3
  i32.mul
  i32.add
  local.set $1
  loop $for-loop|0
   local.get $5
   i32.const 12
   i32.ge_s
   if
    local.get $0
    local.get $4
    local.get $1
    local.get $2
    local.get $6
    local.get $7
    call $assembly/gemv/panel12
    local.get $1
    local.get $2
    i32.const 2
    i32.shl
    i32.add
    local.set $1
    local.get $6
    i32.const 192
    i32.add
    local.set $6
    local.get $7
    i32.const 192
    i32.add
    local.set $7
    local.get $5
    i32.const 12
    i32.sub
    local.set $5
    br $for-loop|0
   end
  end
  local.get $5
  i32.const 9
  i32.eq
  local.get $5
  i32.const 10
  i32.eq
  i32.or
  local.get $5
  i32.const 6
  i32.eq
  i32.or
  if (result i32)
   local.get $0
   local.get $4
   local.get $1
   local.get $2
   local.get $6
   local.get $7
   call $assembly/gemv/panel6
   local.get $6
   i32.const 96
   i32.add
   local.set $6
   local.get $7
   i32.const 96
   i32.add
   local.set $7
   local.get $5
   i32.const 6
   i32.sub
   local.set $5
   local.get $1
   local.get $2
   i32.const 1
   i32.shl
   i32.add
  else
   local.get $5
   i32.const 7
   i32.eq
   local.get $5
   i32.const 11
   i32.eq
   i32.or
   local.get $5
   i32.const 5
   i32.eq
   i32.or
   if (result i32)
    local.get $0
    local.get $4
    local.get $1
    i32.const 3
    local.get $6
    local.get $7
    call $assembly/gemv/narrow
    local.get $6
    i32.const 48
    i32.add
    local.set $6
    local.get $7
    i32.const 48
    i32.add
    local.set $7
    local.get $5
    i32.const 3
    i32.sub
    local.set $5
    local.get $1
    local.get $2
    i32.add
   else
    local.get $1
   end
  end
  local.set $1
  local.get $5
  i32.const 8
  i32.eq
  if
   local.get $0
   local.get $4
   local.get $1
   local.get $2
   local.get $1
   local.get $2
   i32.const 1
   i32.shl
   i32.add
   local.get $3
   i32.sub
   local.get $6
   local.get $7
   call $assembly/gemv/panel8
  else
   local.get $5
   i32.const 4
   i32.eq
   if
    local.get $1
    local.get $2
    i32.add
    local.get $3
    i32.const 1
    i32.shl
    i32.sub
    local.set $2
    local.get $6
    v128.load
    local.set $8
    local.get $6
    v128.load offset=16
    local.set $9
    local.get $6
    v128.load offset=32
    local.set $10
    local.get $6
    v128.load offset=48
    local.set $11
    loop $while-continue|0
     local.get $0
     local.get $4
     i32.lt_u
     if
      local.get $0
      v128.load32_splat
      local.tee $12
      local.get $1
      v128.load
      local.get $8
      f32x4.relaxed_madd
      local.set $8
      local.get $12
      local.get $1
      v128.load offset=16
      local.get $9
      f32x4.relaxed_madd
      local.set $9
      local.get $12
      local.get $1
      v128.load offset=32
      local.get $10
      f32x4.relaxed_madd
      local.set $10
      local.get $12
      local.get $2
      v128.load
      local.get $11
      f32x4.relaxed_madd
      local.set $11
      local.get $0
      i32.const 4
      i32.add
      local.set $0
      local.get $1
      i32.const 48
      i32.add
      local.set $1
      local.get $2
      i32.const 16
      i32.add
      local.set $2
      br $while-continue|0
     end
    end
    local.get $7
    local.get $8
    v128.store
    local.get $7
    local.get $9
    v128.store offset=16
    local.get $7
    local.get $10
    v128.store offset=32
    local.get $7
    local.get $11
    v128.store offset=48
   else
    local.get $5
    i32.const 0
    i32.gt_s
    if
     local.get $0
     local.get $4
     local.get $1
     i32.const 3
     local.get $5
     i32.sub
     local.get $3
     i32.mul
     i32.sub
     local.get $5
     local.get $6
     local.get $7
     call $assembly/gemv/narrow
    end
   end
  end
 )
 (func $assembly/activations/byExp (param $0 v128) (param $1 i32) (result v128)
  (local $2 i32)
  (local $3 v128)
  (local $4 v128)
  local.get $1
  i32.const 25
  i32.eq
  local.get $1
  i32.const 10
  i32.eq
  i32.or
  local.get $1
  i32.const 24
  i32.eq
  i32.or
  if (result v128)
   local.get $0
   f32x4.abs
   f32x4.neg
  else
   local.get $1
   i32.const 15
   i32.eq
   if (result v128)
    local.get $0
    f32x4.neg
   else
    local.get $1
    i32.const 13
    i32.eq
    if (result v128)
     local.get $0
     local.get $0
     f32x4.mul
     v128.const i32x4 0xbf000000 0xbf000000 0xbf000000 0xbf000000
     f32x4.mul
    else
     local.get $1
     i32.const 26
     i32.eq
     if (result v128)
      local.get $0
      local.get $0
      f32x4.mul
      f32x4.neg
     else
      local.get $1
      i32.const 14
      i32.eq
      if (result v128)
       local.get $0
       local.get $0
       local.get $0
       local.get $0
       f32x4.mul
       v128.const i32x4 0x3d372713 0x3d372713 0x3d372713 0x3d372713
       f32x4.mul
       f32x4.mul
       f32x4.add
       v128.const i32x4 0xbfcc422a 0xbfcc422a 0xbfcc422a 0xbfcc422a
       f32x4.mul
      else
       local.get $0
      end
     end
    end
   end
  end
  call $assembly/exp/exp
  local.set $3
  local.get $1
  i32.const 16
  i32.eq
  if
   local.get $3
   return
  end
  local.get $1
  i32.const 26
  i32.eq
  local.tee $2
  local.get $1
  i32.const 13
  i32.eq
  i32.or
  if
   v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
   v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
   local.get $0
   f32x4.abs
   local.tee $4
   v128.const i32x4 0x3fb504f3 0x3fb504f3 0x3fb504f3 0x3fb504f3
   f32x4.mul
   local.get $4
   local.get $2
   select
   v128.const i32x4 0x3e9c28f6 0x3e9c28f6 0x3e9c28f6 0x3e9c28f6
   f32x4.mul
   f32x4.add
   f32x4.div
   local.tee $4
   local.get $4
   local.get $4
   local.get $4
   local.get $4
   local.get $4
   local.get $4
   local.get $4
   v128.const i32x4 0x3d1612a3 0x3d1612a3 0x3d1612a3 0x3d1612a3
   v128.const i32x4 0xbe1c6979 0xbe1c6979 0xbe1c6979 0xbe1c6979
   f32x4.relaxed_madd
   v128.const i32x4 0x3e3dc332 0x3e3dc332 0x3e3dc332 0x3e3dc332
   f32x4.relaxed_madd
   v128.const i32x4 0xbd1a1826 0xbd1a1826 0xbd1a1826 0xbd1a1826
   f32x4.relaxed_madd
   v128.const i32x4 0x3df77b2c 0x3df77b2c 0x3df77b2c 0x3df77b2c
   f32x4.relaxed_madd
   v128.const i32x4 0x3dd3ea04 0x3dd3ea04 0x3dd3ea04 0x3dd3ea04
   f32x4.relaxed_madd
   v128.const i32x4 0x3dfacb9e 0x3dfacb9e 0x3dfacb9e 0x3dfacb9e
   f32x4.relaxed_madd
   v128.const i32x4 0x3df91e85 0x3df91e85 0x3df91e85 0x3df91e85
   f32x4.relaxed_madd
   f32x4.mul
   local.get $3
   f32x4.mul
   local.set $3
   local.get $2
   if
    local.get $0
    v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
    local.get $3
    local.get $3
    f32x4.add
    f32x4.sub
    v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000
    v128.bitselect
    return
   end
   local.get $0
   v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
   local.get $3
   f32x4.sub
   local.get $3
   local.get $0
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   f32x4.gt
   v128.bitselect
   f32x4.mul
   return
  end
  local.get $1
  i32.const 10
  i32.eq
  if
   local.get $0
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   f32x4.pmax
   local.get $3
   call $assembly/exp/log1p
   f32x4.add
   return
  end
  local.get $1
  i32.const 25
  i32.eq
  if
   local.get $0
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   f32x4.pmin
   local.get $3
   call $assembly/exp/log1p
   f32x4.sub
   return
  end
  local.get $1
  i32.const 24
  i32.eq
  if
   local.get $0
   local.get $3
   local.get $3
   f32x4.add
   v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
   local.get $3
   local.get $3
   f32x4.mul
   local.tee $3
   local.get $0
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   f32x4.gt
   local.tee $0
   v128.bitselect
   f32x4.add
   local.tee $4
   local.get $4
   local.get $3
   local.get $3
   f32x4.add
   v128.const i32x4 0x40000000 0x40000000 0x40000000 0x40000000
   local.get $0
   v128.bitselect
   f32x4.add
   f32x4.div
   f32x4.mul
   return
  end
  local.get $0
  v128.const i32x4 0x3f800000 0x3f800000 0x3f800000 0x3f800000
  local.get $3
  f32x4.add
  f32x4.div
 )
 (func $assembly/activations/activate (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 f32) (param $5 f32)
  (local $6 v128)
  (local $7 v128)
  local.get $4
  f32x4.splat
  local.set $6
  local.get $5
  f32x4.splat
  local.set $7
  local.get $0
  local.get $2
  i32.const 4
  i32.shl
  i32.add
  local.set $2
  loop $while-continue|0
   local.get $0
   local.get $2
   i32.lt_u
   if
    local.get $1
    local.get $0
    v128.load
    local.get $3
    local.get $6
    local.get $7
    call $assembly/activations/apply
    v128.store
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    local.get $1
    i32.const 16
    i32.add
    local.set $1
    br $while-continue|0
   end
  end
 )
)
