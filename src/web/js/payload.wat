;; Decodes the text that payload.js describes. payload.js has this module as bytes; a test compares them.
;; The memory: the table from 0 on, and the text behind it.
(module
  (memory (export "memory") 1)
  ;; Decodes the text between two places to a third, which is not behind the first; gives the end of the bytes.
  (func (export "decode") (param $from i32) (param $end i32) (param $to i32) (result i32)
    (local $code i32) (local $prefix i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $code (i32.load8_u (local.get $from)))
        (if (i32.lt_u (local.tee $prefix (i32.sub (local.get $code) (i32.const 32))) (i32.const 2))
          (then
            (local.set $from (i32.add (local.get $from) (i32.const 1)))
            (local.set $code (i32.add (i32.load8_u (local.get $from)) (i32.shl (i32.add (local.get $prefix) (i32.const 1)) (i32.const 7))))))
        (i32.store8 (local.get $to) (i32.load8_u (local.get $code)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
    (local.get $to)))
