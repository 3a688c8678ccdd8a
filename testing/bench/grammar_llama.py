import ctypes as C, os, json, time, sys
N=os.path.expanduser('~/.cache/unbusy/natives/linux-x64-3.22.1/')
gg=C.CDLL(N+'libggml.v0.5.0.so',mode=C.RTLD_GLOBAL); ll=C.CDLL(N+'libllama.v0.5.0.so',mode=C.RTLD_GLOBAL)
CB=C.CFUNCTYPE(None,C.c_int,C.c_char_p,C.c_void_p); quiet=CB(lambda a,b,c:None); ll.llama_log_set(quiet,None)
gg.ggml_backend_load_all_from_path.argtypes=[C.c_char_p]; gg.ggml_backend_load_all_from_path(N.encode())
class MP(C.Structure): _fields_=[('x',C.c_uint64*10)]
ll.llama_model_default_params.restype=MP; ll.llama_model_load_from_file.restype=C.c_void_p; ll.llama_model_load_from_file.argtypes=[C.c_char_p,MP]
m=ll.llama_model_load_from_file(sys.argv[1].encode(),ll.llama_model_default_params()); assert m
ll.llama_model_get_vocab.restype=C.c_void_p; ll.llama_model_get_vocab.argtypes=[C.c_void_p]; v=ll.llama_model_get_vocab(m)
ll.llama_vocab_n_tokens.argtypes=[C.c_void_p]; n=ll.llama_vocab_n_tokens(v)
ll.llama_token_to_piece.argtypes=[C.c_void_p,C.c_int,C.c_char_p,C.c_int,C.c_int,C.c_bool]
ll.llama_vocab_is_eog.argtypes=[C.c_void_p,C.c_int]; ll.llama_vocab_is_eog.restype=C.c_bool
buf=C.create_string_buffer(1024); voc={}; pieces=[]
ll.llama_vocab_get_attr.argtypes=[C.c_void_p,C.c_int]
for t in range(n):
    k=ll.llama_token_to_piece(v,t,buf,1024,0,False); p=buf.raw[:k]; pieces.append(p)
    if k>0 and p not in voc: voc[p]=t
if len(sys.argv)>3:  # write the vocabulary as a tokenizer.json for the Java benchmark
    bs=[b for b in range(256) if 33<=b<=126 or 161<=b<=172 or b>=174]; mm={}; q=256
    for b in range(256):
        if b in bs: mm[b]=chr(b)
        else: mm[b]=chr(q); q+=1
    json.dump(dict(model=dict(vocab={''.join(mm[b] for b in p):t for p,t in voc.items()}),added_tokens=[]),open(sys.argv[3],'w'))
class TD(C.Structure): _fields_=[('id',C.c_int32),('logit',C.c_float),('p',C.c_float)]
class TA(C.Structure): _fields_=[('data',C.POINTER(TD)),('size',C.c_size_t),('sel',C.c_int64),('sorted',C.c_bool)]
ll.llama_sampler_init_grammar.restype=C.c_void_p; ll.llama_sampler_init_grammar.argtypes=[C.c_void_p,C.c_char_p,C.c_char_p]
ll.llama_sampler_apply.argtypes=[C.c_void_p,C.POINTER(TA)]; ll.llama_sampler_accept.argtypes=[C.c_void_p,C.c_int]; ll.llama_sampler_free.argtypes=[C.c_void_p]
# in the form that llama.cpp's json-schema-to-grammar writes
COMMON=r'''
space ::= | " " | "\n"{1,2} [ \t]{0,20}
char ::= [^"\\\x7F\x00-\x1F] | [\\] (["\\bfnrt] | "u" [0-9a-fA-F]{4})
string ::= "\"" char* "\"" space
integral-part ::= [0] | [1-9] [0-9]{0,15}
decimal-part ::= [0-9]{1,16}
integer ::= ("-"? integral-part) space
number ::= ("-"? integral-part) ("." decimal-part)? ([eE] [-+]? integral-part)? space
boolean ::= ("true" | "false") space
null ::= "null" space
value ::= object | array | string | number | boolean | null
object ::= "{" space ( string ":" space value ("," space string ":" space value)* )? "}" space
array ::= "[" space ( value ("," space value)* )? "]" space
'''
def kv(k,r): return r'"\"%s\"" space ":" space %s'%(k,r)
G={
'person':'root ::= "{" space '+' "," space '.join([kv('name','string'),kv('age','integer'),kv('email','string'),kv('tags','tags'),kv('role','role')])+' "}" space\ntags ::= "[" space (string ("," space string)*)? "]" space\nrole ::= ("\\"admin\\"" | "\\"editor\\"" | "\\"viewer\\"") space\n'+COMMON,
'order':'root ::= "{" space '+' "," space '.join([kv('id','id'),kv('customer','customer'),kv('lines','lines'),kv('placed','dt'),kv('note','(string | null)')])+' "}" space\nid ::= [1-9] [0-9]{0,6} space\ncustomer ::= "{" space '+kv('name','string')+' "," space '+kv('city','city')+' "}" space\ncity ::= "\\"" char{1,80} "\\"" space\nlines ::= "[" space line ("," space line){0,49} "]" space\nline ::= "{" space '+' "," space '.join([kv('sku','sku'),kv('title','title'),kv('quantity','qty'),kv('price','number')])+' "}" space\nsku ::= "\\"" [A-Z]{3} "-" [0-9]{4} "\\"" space\ntitle ::= "\\"" char{0,200} "\\"" space\nqty ::= [1-9] [0-9]{0,1} space\ndt ::= "\\"" [0-9]{4} "-" [0-9]{2} "-" [0-9]{2} "T" [0-9]{2} ":" [0-9]{2} ":" [0-9]{2} "Z" "\\"" space\n'+COMMON,
'any object':'root ::= object\n'+COMMON,
'bounded text':'root ::= "{" space '+kv('summary','s')+' "}" space\ns ::= "\\"" char{10,400} "\\"" space\n'+COMMON,
'recursive tree':'root ::= "{" space '+kv('value','string')+' "," space '+kv('children','ch')+' "}" space\nch ::= "[" space (root ("," space root)*)? "]" space\n'+COMMON,
'one of 40 tools':'root ::= '+' | '.join('t%d'%i for i in range(40))+'\n'+''.join('t%d ::= "{" space '%i+kv('name','"\\"tool_number_%d\\"" space'%i)+' "," space '+kv('arguments','args')+' "}" space\n' for i in range(40))+'args ::= "{" space '+' "," space '.join(kv('argument_%d'%k,'string') for k in range(4))+' "}" space\n'+COMMON,
}
L=max(map(len,voc))
def cut(t):
    b=t.encode(); i=0; out=[]
    while i<len(b):
        for l in range(min(L,len(b)-i),0,-1):
            if b[i:i+l] in voc: out.append(voc[b[i:i+l]]); i+=l; break
    return out
arr=(TD*n)(); init=(TD*n)(*[TD(t,0.0,0.0) for t in range(n)])
ta=TA(arr,n,-1,False)
def q(a): a=sorted(a); return dict(median=round(a[len(a)//2],2),p99=round(a[int(len(a)*.99)],2),max=round(a[-1],2))
res=[]
for c in json.load(open(sys.argv[2])):
    toks=cut(c['text']); masks=[];acc=[];comp=[];err=None
    for r in range(4):
        t0=time.perf_counter(); s=ll.llama_sampler_init_grammar(v,G.get(c["name"],"root ::= \"x\"").encode(),b'root'); comp.append((time.perf_counter()-t0)*1e6)
        if not s: err='no grammar'; break
        for x in toks:
            C.memmove(arr,init,C.sizeof(arr)); ta.size=n
            t0=time.perf_counter(); ll.llama_sampler_apply(s,C.byref(ta)); t1=time.perf_counter()
            if arr[x].logit==float('-inf'): err='refused %r'%pieces[x]; break
            ll.llama_sampler_accept(s,x); acc.append((time.perf_counter()-t1)*1e6); masks.append((t1-t0)*1e6)
        ll.llama_sampler_free(s)
        if err: break
    res.append(dict(case=c['name'],steps=len(toks),error=err,compile=q(comp),mask=q(masks) if masks else None,accept=q(acc) if acc else None)); print(json.dumps(res[-1]),file=sys.stderr,flush=True)
print(json.dumps(dict(vocab=n,cases=res),indent=1))
