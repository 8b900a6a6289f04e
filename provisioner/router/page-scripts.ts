/** Scripts of the router's pages, as text: browsers of the last few years run them as they are. */

/** Gives the workspace's further hosts their sessions, so that a page may call them at once. Best effort. */
export const besideScript = `
async function openBeside(beside){
  const open=({origin,code})=>fetch(origin+"/.berth/session",{method:"POST",credentials:"include",body:JSON.stringify({code}),signal:AbortSignal.timeout(3000)});
  await Promise.allSettled(beside.map(open));
}
`;

/** Says how it ended, where that is not elsewhere. */
const sayScript = `
function say(title,words){
  document.title=document.querySelector("h1").textContent=title;
  document.querySelector("p").textContent=words;
  document.querySelector(".bar").remove();
}
`;

export const enterScript = `${sayScript}
async function enter(nonce){
  const code=location.hash.slice(1);
  history.replaceState(null,"",location.pathname);
  const post=()=>fetch("/.berth/session",{method:"POST",headers:{"content-type":"application/json"},body:JSON.stringify({code,nonce})});
  try{
    const answer=await post();
    if(!answer.ok)return say("This link does not work any more","It works once, within a minute. Open the workspace again from where you found it.");
    const {path,asleep,beside}=await answer.json();
    if(asleep)document.querySelector("p").textContent="It was asleep, and is being woken.";
    if((await fetch("/.berth/state")).status===401)return say("Your browser keeps no cookie here","Allow cookies for this page, and open the workspace again.");
    await openBeside(beside);
    if(asleep)await fetch("/.berth/state?seen=asleep");
    location.replace(path);
  }catch{
    say("No connection","Open the workspace again from where you found it.");
  }
}
`;

/** Has another host forget what an earlier workspace left there, and only then goes there, with the code. */
export const cleanScript = `${sayScript}
async function clean(origin){
  try{
    const answer=await fetch(origin+"/.berth/forget",{method:"POST",credentials:"include"});
    if(!answer.ok)throw new Error();
    location.replace(origin+"/.berth/enter"+location.hash);
  }catch{
    say("No connection","Open the workspace again from where you found it.");
  }
}
`;

/**
 * Looks whether the workspace is there, and goes on when it is: by asking again, never by sending a form again. The answer
 * comes when there is something new; where it comes at once all the same, it is asked for once a second.
 */
export const waitScript = `
function again(sent){
  if(sent)location.replace(location.pathname+location.search);
  else location.reload();
}
async function wait(sent,seen){
  for(let asleep=0;asleep<5;){
    let news=false;
    try{
      const answer=await fetch("/.berth/state?seen="+seen);
      const state=answer.ok?await answer.json():{wait:answer.status>=500};
      if(!state.wait)return again(sent);
      asleep=state.phase==="asleep"?asleep+1:0;
      if(state.words)document.querySelector("p").textContent=state.words;
      news=state.phase!==undefined&&state.phase!==seen;
      if(news)seen=state.phase;
    }catch{}
    if(!news)await new Promise((done)=>setTimeout(done,1000));
  }
  again(sent);
}
`;

/** Wakes the workspace when its user says so, and goes on when somebody else did. */
export const asleepScript = `
async function asleep(sent){
  const button=document.querySelector("button");
  button.onclick=async()=>{
    button.disabled=button.hidden=true;
    const woken=await fetch("/.berth/wake",{method:"POST"}).catch(()=>null);
    if(!woken||!woken.ok)return again(sent);
    document.title=document.querySelector("h1").textContent="Starting";
    document.querySelector("p").textContent="It is being woken.";
    wait(sent,"asleep");
  };
  while(!button.disabled){
    const state=await fetch("/.berth/state?seen=asleep").then((answer)=>answer.json()).catch(()=>({phase:"asleep"}));
    if(button.disabled)return;
    if(state.phase!=="asleep")return again(sent);
    await new Promise((done)=>setTimeout(done,5000));
  }
}
`;
