package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.unbusy.text.Text;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every native function of this project, resolved all or none. The component names are those of llama.h, ggml-backend.h
 * and ggml.h (llama.cpp v0.5.0) in camel case, less the prefix {@code llama}.
 *
 * <p>No {@code Linker.Option.critical}: decode runs for seconds, and a critical call would hold up every garbage
 * collection until it returns. The getters are called too rarely for it to matter.
 */
record Symbols(
        // ggml: backends
        Calls.PV ggmlBackendLoadAllFromPath,
        Calls.L ggmlBackendDevCount,
        Calls.LP ggmlBackendDevGet,
        Calls.PP ggmlBackendDevName,
        Calls.PP ggmlBackendDevDescription,
        Calls.PPPV ggmlBackendDevMemory,
        Calls.PI ggmlBackendDevType,
        Calls.PP ggmlBackendDevBackendReg,
        Calls.PPP ggmlBackendRegGetProcAddress,
        Calls.PLP ggmlBackendCpuBufferFromPtr,
        Calls.PP ggmlBackendBufferGetType,
        // library
        Calls.V backendInit,
        Calls.PPV logSet,
        Calls.P version,
        Calls.P printSystemInfo,
        Calls.L maxParallelSequences,
        Calls.Struct modelDefaultParams,
        Calls.Struct contextDefaultParams,
        // model
        Calls.PPP modelLoadFromFile,
        Calls.PV modelFree,
        Calls.PP modelGetVocab,
        Calls.PPPLI modelMetaValStr,
        Calls.PPP modelChatTemplate,
        Calls.PPLI modelDesc,
        Calls.PL modelSize,
        Calls.PL modelNParams,
        Calls.PI modelNCtxTrain,
        Calls.PI modelNEmbd,
        Calls.PI modelNEmbdOut,
        Calls.PI modelNLayer,
        Calls.PI modelNHead,
        Calls.PI modelNHeadKv,
        Calls.PI modelNSwa,
        Calls.PB modelHasEncoder,
        Calls.PB modelHasDecoder,
        Calls.PB modelIsRecurrent,
        Calls.PB modelIsHybrid,
        Calls.PB modelIsDiffusion,
        // vocabulary
        Calls.PI vocabType,
        Calls.PI vocabNTokens,
        Calls.PII vocabGetAttr,
        Calls.PIB vocabIsEog,
        Calls.PIB vocabIsControl,
        Calls.PI vocabBos,
        Calls.PI vocabEos,
        Calls.PI vocabEot,
        Calls.PI vocabNl,
        Calls.PI vocabSep,
        Calls.PI vocabFimPre,
        Calls.PI vocabFimSuf,
        Calls.PI vocabFimMid,
        Calls.PB vocabGetAddBos,
        Calls.PB vocabGetAddEos,
        Calls.PB vocabGetAddSep,
        Calls.Tokenize tokenize,
        Calls.Piece tokenToPiece,
        // context
        Calls.PPP initFromModel,
        Calls.PV free,
        Calls.PI nCtx,
        Calls.PI nBatch,
        Calls.PI nUbatch,
        Calls.PI nSeqMax,
        Calls.PPPV attachThreadpool,
        Calls.PPI decode,
        Calls.PIL getLogitsIth,
        Calls.PBV setEmbeddings,
        Calls.PIP getEmbeddingsIth,
        // KV cache
        Calls.PP getMemory,
        Calls.PBV memoryClear,
        Calls.PIIIB memorySeqRm,
        Calls.PIIIIV memorySeqCp,
        Calls.PII memorySeqPosMin,
        Calls.PII memorySeqPosMax,
        // state of one sequence
        Calls.PIL stateSeqGetSize,
        Calls.PPLIL stateSeqGetData,
        Calls.PPLIL stateSeqSetData) {

    /** @throws LlamaException {@code library-symbol-missing}, naming every symbol that was not found */
    static Symbols resolve(SymbolLookup lookup, Path library) {
        Resolver r = new Resolver(lookup);
        Symbols symbols = new Symbols(
                new Calls.PV(r.call("ggml_backend_load_all_from_path", null, ADDRESS)),
                new Calls.L(r.call("ggml_backend_dev_count", JAVA_LONG)),
                new Calls.LP(r.call("ggml_backend_dev_get", ADDRESS, JAVA_LONG)),
                new Calls.PP(r.call("ggml_backend_dev_name", ADDRESS, ADDRESS)),
                new Calls.PP(r.call("ggml_backend_dev_description", ADDRESS, ADDRESS)),
                new Calls.PPPV(r.call("ggml_backend_dev_memory", null, ADDRESS, ADDRESS, ADDRESS)),
                new Calls.PI(r.call("ggml_backend_dev_type", JAVA_INT, ADDRESS)),
                new Calls.PP(r.call("ggml_backend_dev_backend_reg", ADDRESS, ADDRESS)),
                new Calls.PPP(r.call("ggml_backend_reg_get_proc_address", ADDRESS, ADDRESS, ADDRESS)),
                new Calls.PLP(r.call("ggml_backend_cpu_buffer_from_ptr", ADDRESS, ADDRESS, JAVA_LONG)),
                new Calls.PP(r.call("ggml_backend_buffer_get_type", ADDRESS, ADDRESS)),
                new Calls.V(r.call("llama_backend_init", null)),
                new Calls.PPV(r.call("llama_log_set", null, ADDRESS, ADDRESS)),
                new Calls.P(r.call("llama_version", ADDRESS)),
                new Calls.P(r.call("llama_print_system_info", ADDRESS)),
                new Calls.L(r.call("llama_max_parallel_sequences", JAVA_LONG)),
                new Calls.Struct(r.call("llama_model_default_params", Layouts.MODEL_PARAMS)),
                new Calls.Struct(r.call("llama_context_default_params", Layouts.CONTEXT_PARAMS)),
                new Calls.PPP(r.call("llama_model_load_from_file", ADDRESS, ADDRESS, Layouts.MODEL_PARAMS)),
                new Calls.PV(r.call("llama_model_free", null, ADDRESS)),
                new Calls.PP(r.call("llama_model_get_vocab", ADDRESS, ADDRESS)),
                new Calls.PPPLI(r.call("llama_model_meta_val_str", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG)),
                new Calls.PPP(r.call("llama_model_chat_template", ADDRESS, ADDRESS, ADDRESS)),
                new Calls.PPLI(r.call("llama_model_desc", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG)),
                new Calls.PL(r.call("llama_model_size", JAVA_LONG, ADDRESS)),
                new Calls.PL(r.call("llama_model_n_params", JAVA_LONG, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_ctx_train", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_embd", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_embd_out", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_layer", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_head", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_head_kv", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_model_n_swa", JAVA_INT, ADDRESS)),
                new Calls.PB(r.call("llama_model_has_encoder", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PB(r.call("llama_model_has_decoder", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PB(r.call("llama_model_is_recurrent", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PB(r.call("llama_model_is_hybrid", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PB(r.call("llama_model_is_diffusion", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_type", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_n_tokens", JAVA_INT, ADDRESS)),
                new Calls.PII(r.call("llama_vocab_get_attr", JAVA_INT, ADDRESS, JAVA_INT)),
                new Calls.PIB(r.call("llama_vocab_is_eog", JAVA_BOOLEAN, ADDRESS, JAVA_INT)),
                new Calls.PIB(r.call("llama_vocab_is_control", JAVA_BOOLEAN, ADDRESS, JAVA_INT)),
                new Calls.PI(r.call("llama_vocab_bos", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_eos", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_eot", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_nl", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_sep", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_fim_pre", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_fim_suf", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_vocab_fim_mid", JAVA_INT, ADDRESS)),
                new Calls.PB(r.call("llama_vocab_get_add_bos", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PB(r.call("llama_vocab_get_add_eos", JAVA_BOOLEAN, ADDRESS)),
                new Calls.PB(r.call("llama_vocab_get_add_sep", JAVA_BOOLEAN, ADDRESS)),
                new Calls.Tokenize(r.call(
                        "llama_tokenize",
                        JAVA_INT,
                        ADDRESS,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_BOOLEAN,
                        JAVA_BOOLEAN)),
                new Calls.Piece(r.call(
                        "llama_token_to_piece",
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_BOOLEAN)),
                new Calls.PPP(r.call("llama_init_from_model", ADDRESS, ADDRESS, Layouts.CONTEXT_PARAMS)),
                new Calls.PV(r.call("llama_free", null, ADDRESS)),
                new Calls.PI(r.call("llama_n_ctx", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_n_batch", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_n_ubatch", JAVA_INT, ADDRESS)),
                new Calls.PI(r.call("llama_n_seq_max", JAVA_INT, ADDRESS)),
                new Calls.PPPV(r.call("llama_attach_threadpool", null, ADDRESS, ADDRESS, ADDRESS)),
                new Calls.PPI(r.call("llama_decode", JAVA_INT, ADDRESS, Layouts.BATCH)),
                // A pointer taken as a number: a segment would be made for each token.
                new Calls.PIL(r.call("llama_get_logits_ith", JAVA_LONG, ADDRESS, JAVA_INT)),
                new Calls.PBV(r.call("llama_set_embeddings", null, ADDRESS, JAVA_BOOLEAN)),
                new Calls.PIP(r.call("llama_get_embeddings_ith", ADDRESS, ADDRESS, JAVA_INT)),
                new Calls.PP(r.call("llama_get_memory", ADDRESS, ADDRESS)),
                new Calls.PBV(r.call("llama_memory_clear", null, ADDRESS, JAVA_BOOLEAN)),
                new Calls.PIIIB(r.call("llama_memory_seq_rm", JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT)),
                new Calls.PIIIIV(r.call("llama_memory_seq_cp", null, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)),
                new Calls.PII(r.call("llama_memory_seq_pos_min", JAVA_INT, ADDRESS, JAVA_INT)),
                new Calls.PII(r.call("llama_memory_seq_pos_max", JAVA_INT, ADDRESS, JAVA_INT)),
                new Calls.PIL(r.call("llama_state_seq_get_size", JAVA_LONG, ADDRESS, JAVA_INT)),
                new Calls.PPLIL(r.call("llama_state_seq_get_data", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT)),
                new Calls.PPLIL(r.call("llama_state_seq_set_data", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT)));
        r.refuseIfAnyMissing(library);
        return symbols;
    }

    /** Looks symbols up and remembers those that are missing, so that one message can name them all. */
    private static final class Resolver {
        private final SymbolLookup lookup;
        private final Linker linker = Linker.nativeLinker();
        private final List<String> missing = new ArrayList<>();

        Resolver(SymbolLookup lookup) {
            this.lookup = lookup;
        }

        MethodHandle call(String name, @Nullable MemoryLayout result, MemoryLayout... arguments) {
            FunctionDescriptor descriptor =
                    result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
            Optional<MemorySegment> address = lookup.find(name);
            if (address.isEmpty()) {
                missing.add(name);
                // A handle without an address: it only fills the record until refuseIfAnyMissing throws it away.
                return linker.downcallHandle(descriptor);
            }
            return linker.downcallHandle(address.get(), descriptor);
        }

        void refuseIfAnyMissing(Path library) {
            if (!missing.isEmpty()) {
                throw new LlamaException(
                        "library-symbol-missing",
                        Text.of(
                                "%s is not llama.cpp v0.5.0: it has no %s",
                                "%s 不是 llama.cpp v0.5.0：缺少 %s", library, shortened()),
                        LibraryFiles.FETCH_AGAIN);
            }
        }

        private String shortened() {
            return missing.size() <= 5 ? String.join(", ", missing) : String.join(", ", missing.subList(0, 5)) + ", …";
        }
    }
}
