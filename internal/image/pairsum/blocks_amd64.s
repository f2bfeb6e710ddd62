#include "textflag.h"

// The registers:
//
//	X0       four words of the schedule plus constants, then a scratch
//	X1, X2   the first state, as SHA256RNDS2 wants it: ABEF and CDGH
//	X3, X4   the second state
//	X5–X8    the last sixteen words of the schedule
//	X9       scratch
//	X10–X13  both states as they were before the block
//	X14      swap

// LOAD reads the state at h into abef and cdgh.
#define LOAD(h, abef, cdgh) \
	MOVOU   (h), abef        \
	MOVOU   16(h), cdgh      \
	PSHUFD  $0xb1, abef, abef \
	PSHUFD  $0x1b, cdgh, cdgh \
	MOVO    abef, X0         \
	PALIGNR $8, cdgh, abef   \
	PBLENDW $0xf0, X0, cdgh

// STORE is its inverse.
#define STORE(h, abef, cdgh) \
	PSHUFD  $0x1b, abef, abef \
	PSHUFD  $0xb1, cdgh, cdgh \
	MOVO    abef, X0         \
	PBLENDW $0xf0, cdgh, abef \
	PALIGNR $8, X0, cdgh     \
	MOVOU   abef, (h)        \
	MOVOU   cdgh, 16(h)

// WORDS reads words of the block.
#define WORDS(off, w) \
	MOVOU  off(SI), w \
	PSHUFB X14, w

// NEXT replaces the oldest four words of the schedule by the next ones.
#define NEXT(oldest, second, third, last) \
	SHA256MSG1 second, oldest \
	MOVO       last, X9       \
	PALIGNR    $4, third, X9  \
	PADDD      X9, oldest     \
	SHA256MSG2 last, oldest

// ROUNDS does four rounds of both states.
#define ROUNDS(off, w) \
	MOVOU       off(R8), X0 \
	PADDD       w, X0       \
	SHA256RNDS2 X0, X1, X2  \
	SHA256RNDS2 X0, X3, X4  \
	PSHUFD      $0x0e, X0, X0 \
	SHA256RNDS2 X0, X2, X1  \
	SHA256RNDS2 X0, X4, X3

// func blocks(a, b *[8]uint32, p []byte)
TEXT ·blocks(SB), NOSPLIT, $0-40
	MOVQ  a+0(FP), DI
	MOVQ  b+8(FP), DX
	MOVQ  p_base+16(FP), SI
	MOVQ  p_len+24(FP), CX
	SHRQ  $6, CX
	JZ    done
	LEAQ  ·k(SB), R8
	MOVOU ·swap(SB), X14
	LOAD(DI, X1, X2)
	LOAD(DX, X3, X4)

block:
	MOVO X1, X10
	MOVO X2, X11
	MOVO X3, X12
	MOVO X4, X13
	WORDS(0, X5)
	ROUNDS(0, X5)
	WORDS(16, X6)
	ROUNDS(16, X6)
	WORDS(32, X7)
	ROUNDS(32, X7)
	WORDS(48, X8)
	ROUNDS(48, X8)
	NEXT(X5, X6, X7, X8)
	ROUNDS(64, X5)
	NEXT(X6, X7, X8, X5)
	ROUNDS(80, X6)
	NEXT(X7, X8, X5, X6)
	ROUNDS(96, X7)
	NEXT(X8, X5, X6, X7)
	ROUNDS(112, X8)
	NEXT(X5, X6, X7, X8)
	ROUNDS(128, X5)
	NEXT(X6, X7, X8, X5)
	ROUNDS(144, X6)
	NEXT(X7, X8, X5, X6)
	ROUNDS(160, X7)
	NEXT(X8, X5, X6, X7)
	ROUNDS(176, X8)
	NEXT(X5, X6, X7, X8)
	ROUNDS(192, X5)
	NEXT(X6, X7, X8, X5)
	ROUNDS(208, X6)
	NEXT(X7, X8, X5, X6)
	ROUNDS(224, X7)
	NEXT(X8, X5, X6, X7)
	ROUNDS(240, X8)
	PADDD X10, X1
	PADDD X11, X2
	PADDD X12, X3
	PADDD X13, X4
	ADDQ  $64, SI
	DECQ  CX
	JNZ   block
	STORE(DI, X1, X2)
	STORE(DX, X3, X4)

done:
	RET

// func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL sub+4(FP), CX
	CPUID
	MOVL AX, eax+8(FP)
	MOVL BX, ebx+12(FP)
	MOVL CX, ecx+16(FP)
	MOVL DX, edx+20(FP)
	RET
