function t(e){return e instanceof HTMLElement&&(e.isContentEditable||e.matches("textarea, select, input:not([type=radio]):not([type=checkbox])"))}export{t as typing};
