import json,time,sys,statistics
import llguidance
from llguidance import LLTokenizer, LLMatcher
tok=LLTokenizer(open(sys.argv[1]).read())
cases=json.load(open(sys.argv[2]))
def q(a): a=sorted(a); return dict(median=round(a[len(a)//2],2),p99=round(a[int(len(a)*.99)],2),max=round(a[-1],2))
# longest-match cut with the same vocab as ours
voc={}
tj=json.load(open(sys.argv[1]))
bs=[b for b in range(256) if 33<=b<=126 or 161<=b<=172 or b>=174]; m={}; n=256
for b in range(256):
    if b in bs: m[chr(b)]=b
    else: m[chr(n)]=b; n+=1
for k,v in tj["model"]["vocab"].items():
    voc[bytes(m[c] for c in k if c in m)]=v
L=max(map(len,voc))
def cut(t):
    b=t.encode(); i=0; out=[]
    while i<len(b):
        for l in range(min(L,len(b)-i),0,-1):
            if b[i:i+l] in voc: out.append(voc[b[i:i+l]]); i+=l; break
    return out
res=[]
for c in cases:
    toks=cut(c["text"]); comp=[];cold=[];warm=[];acc=[]
    g=LLMatcher.grammar_from_json_schema(c["schema"], defaults={"whitespace_flexible":True})
    err=None
    for r in range(20):
        t=time.perf_counter(); mt=LLMatcher(tok,g); comp.append((time.perf_counter()-t)*1e6)
        for phase in (cold,warm):
            for x in toks:
                t=time.perf_counter(); bm=mt.compute_bitmask(); u=time.perf_counter()
                ok=(bm[x//8]>>(x%8))&1
                if not ok: err="refused %d"%x; break
                mt.consume_token(x); acc.append((time.perf_counter()-u)*1e6); phase.append((u-t)*1e6)
            if err: break
            mt.reset()
        if err: break
    res.append(dict(case=c["name"],steps=len(toks),error=err or mt.get_error(),compile=q(comp),cold=q(cold) if cold else None,warm=q(warm) if warm else None,accept=q(acc) if acc else None))
print(json.dumps(dict(llguidance=llguidance.__version__ if hasattr(llguidance,'__version__') else '1.9.1',vocab=tok.vocab_size,cases=res),indent=1))
