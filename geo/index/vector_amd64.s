#include "textflag.h"

// Four points or boxes at a time. Every step is that of vector.go, in the same
// order, so that both give the same bits (TestVectors).

DATA ones<>+0(SB)/8, $1.0
GLOBL ones<>(SB), RODATA, $8

// func boundPointsAVX2(p *plane, points *[fanout]position, to *bounds, cutoff float64) uint32
TEXT ·boundPointsAVX2(SB), NOSPLIT, $0-36
	MOVQ p+0(FP), AX
	MOVQ points+8(FP), BX
	MOVQ to+16(FP), DI
	VBROADCASTF128 (AX), Y0           // x y x y
	VBROADCASTF128 16(AX), Y1         // scaleX scaleY scaleX scaleY
	VBROADCASTSD cutoff+24(FP), Y2
	XORL DX, DX
	XORL CX, CX
four:
	VCVTDQ2PD (BX), Y3
	VCVTDQ2PD 16(BX), Y4
	VSUBPD Y0, Y3, Y3
	VSUBPD Y0, Y4, Y4
	VMULPD Y1, Y3, Y3
	VMULPD Y1, Y4, Y4
	VMULPD Y3, Y3, Y3
	VMULPD Y4, Y4, Y4
	VHADDPD Y4, Y3, Y3                // points 0 2 1 3
	VPERMPD $0xD8, Y3, Y3             // points 0 1 2 3
	VMOVUPD Y3, (DI)
	VCMPPD $2, Y2, Y3, Y3             // not beyond
	VMOVMSKPD Y3, SI
	SHLL CX, SI
	ORL SI, DX
	ADDQ $32, BX
	ADDQ $32, DI
	ADDL $4, CX
	CMPL CX, $16
	JLT four
	VZEROUPPER
	MOVL DX, ret+32(FP)
	RET

// func boundBoxesAVX2(p *plane, boxes *box, to *bounds, cutoff float64) uint32
TEXT ·boundBoxesAVX2(SB), NOSPLIT, $0-36
	MOVQ p+0(FP), AX
	MOVQ boxes+8(FP), BX
	MOVQ to+16(FP), DI
	VBROADCASTF128 (AX), Y0
	VBROADCASTF128 16(AX), Y1
	VBROADCASTSD cutoff+24(FP), Y2
	VBROADCASTSD ones<>(SB), Y9
	VXORPD Y8, Y8, Y8
	XORL DX, DX
	XORL CX, CX
four:
	VCVTDQ2PD (BX), Y3                // minX minY maxX maxY
	VCVTDQ2PD 16(BX), Y4
	VCVTDQ2PD 32(BX), Y5
	VCVTDQ2PD 48(BX), Y6
	VSUBPD Y0, Y3, Y3
	VSUBPD Y0, Y4, Y4
	VSUBPD Y0, Y5, Y5
	VSUBPD Y0, Y6, Y6
	VPERM2F128 $0x31, Y4, Y3, Y7      // from the place to the far edges of two boxes
	VPERM2F128 $0x20, Y4, Y3, Y3      // and to the near ones
	VPERM2F128 $0x31, Y6, Y5, Y10
	VPERM2F128 $0x20, Y6, Y5, Y5
	VSUBPD Y7, Y8, Y7
	VSUBPD Y10, Y8, Y10
	VMAXPD Y7, Y3, Y3
	VMAXPD Y10, Y5, Y5
	VMAXPD Y9, Y3, Y3
	VMAXPD Y9, Y5, Y5
	VSUBPD Y9, Y3, Y3
	VSUBPD Y9, Y5, Y5
	VMULPD Y1, Y3, Y3
	VMULPD Y1, Y5, Y5
	VMULPD Y3, Y3, Y3
	VMULPD Y5, Y5, Y5
	VHADDPD Y5, Y3, Y3
	VPERMPD $0xD8, Y3, Y3
	VMOVUPD Y3, (DI)
	VCMPPD $2, Y2, Y3, Y3
	VMOVMSKPD Y3, SI
	SHLL CX, SI
	ORL SI, DX
	ADDQ $64, BX
	ADDQ $32, DI
	ADDL $4, CX
	CMPL CX, $16
	JLT four
	VZEROUPPER
	MOVL DX, ret+32(FP)
	RET

// func fetch(from *byte, size uintptr)
TEXT ·fetch(SB), NOSPLIT, $0-16
	MOVQ from+0(FP), AX
	MOVQ size+8(FP), CX
line:
	PREFETCHT0 (AX)
	ADDQ $64, AX
	SUBQ $64, CX
	JHI line
	RET
